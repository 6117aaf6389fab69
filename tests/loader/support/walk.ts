import type { TestRam } from "./ram.ts";

/** A leaf of four-level page tables (SDM 3A 4.5). */
export interface Mapping {
  readonly virtual: bigint;
  readonly physical: bigint;
  readonly bytes: bigint;
  /** Bits 11:0 of the leaf, less accessed and dirty. */
  readonly flags: bigint;
}

const ADDRESS_BITS = 0x000f_ffff_ffff_f000n;
const PAGE_SIZE_BIT = 0x80n;

/** Every leaf under entries `first` to 511 of the root, in order of address. */
export function walk(ram: TestRam, root: bigint, first = 256): Mapping[] {
  return walkTable(ram, root & ADDRESS_BITS, 39n, 0n, first);
}

function walkTable(ram: TestRam, table: bigint, shift: bigint, base: bigint, first = 0): Mapping[] {
  const mappings: Mapping[] = [];
  for (let index = first; index < 512; index++) {
    const entry = ram.load64(table + BigInt(index) * 8n);
    if ((entry & 1n) === 0n) continue;
    const virtual = base + (BigInt(index) << shift);
    const isLeaf = shift === 12n || (shift < 39n && (entry & PAGE_SIZE_BIT) !== 0n);
    if (isLeaf) mappings.push(leaf(entry, virtual, shift));
    else mappings.push(...walkTable(ram, entry & ADDRESS_BITS, shift - 9n, virtual));
  }
  return mappings;
}

function leaf(entry: bigint, virtual: bigint, shift: bigint): Mapping {
  const bytes = 1n << shift;
  const canonical = virtual >> 47n === 1n ? virtual | 0xffff_0000_0000_0000n : virtual;
  return { virtual: canonical, physical: entry & ADDRESS_BITS & ~(bytes - 1n), bytes, flags: entry & 0xf9fn };
}

/** Neighbouring leaves that continue one another, as ranges of physical addresses. */
export function coalesce(mappings: readonly Mapping[]): { virtual: bigint; start: bigint; end: bigint }[] {
  const runs: { virtual: bigint; start: bigint; end: bigint }[] = [];
  for (const { virtual, physical, bytes } of mappings) {
    const last = runs.at(-1);
    const continues = last && last.end === physical && last.virtual + (last.end - last.start) === virtual;
    if (continues) last.end += bytes;
    else runs.push({ virtual, start: physical, end: physical + bytes });
  }
  return runs;
}
