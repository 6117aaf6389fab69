import type { QemuMonitor } from "./monitor.ts";

/**
 * The page tables of a stopped guest, read from outside by the rules of SDM 3A 4.5. Shares nothing with the kernel's own paging, whose
 * work it checks.
 */
export interface MappedRange {
  readonly first: bigint;
  readonly last: bigint;
  readonly physical: bigint;
  /** Size of the pages that map it. */
  readonly pageBytes: bigint;
  readonly writable: boolean;
  readonly executable: boolean;
  readonly user: boolean;
  readonly global: boolean;
  /** PAT · 4 + PCD · 2 + PWT (SDM 3A 4.9.2). */
  readonly memoryType: number;
}

export type ReadFrame = (physical: bigint) => Promise<Buffer>;

const PRESENT = 1n;
const WRITABLE = 1n << 1n;
const USER = 1n << 2n;
const WRITE_THROUGH = 1n << 3n;
const CACHE_DISABLE = 1n << 4n;
const LARGE = 1n << 7n;
const SMALL_PAT = 1n << 7n;
const LARGE_PAT = 1n << 12n;
const SMALL_BYTES = 4096n;
const GLOBAL = 1n << 8n;
const NO_EXECUTE = 1n << 63n;
const FRAME_BITS = 0x000f_ffff_ffff_f000n;
const NXE = 1n << 11n;

/** All that CR3 reaches, in order, neighbours of equal rights and page size joined. Stop the guest first. */
export async function readTables(monitor: QemuMonitor): Promise<MappedRange[]> {
  const registers = await monitor.registers();
  const cr3 = registers.get("CR3")!;
  const honoursNx = (registers.get("EFER")! & NXE) !== 0n;
  return walkTables(cr3 & FRAME_BITS, honoursNx ? "nx" : "no nx", (frame) => monitor.read(frame, 4096));
}

export async function walkTables(root: bigint, nx: "nx" | "no nx", readFrame: ReadFrame): Promise<MappedRange[]> {
  const pages: MappedRange[] = [];
  const all = { writable: true, user: true, executable: true };
  await walk({ table: root, level: 4, base: 0n, rights: all }, nx, readFrame, pages);
  return joined(pages);
}

interface Rights {
  readonly writable: boolean;
  readonly user: boolean;
  readonly executable: boolean;
}

interface Place {
  readonly table: bigint;
  /** 4 for the root, 1 for a page table. */
  readonly level: number;
  readonly base: bigint;
  readonly rights: Rights;
}

async function walk(place: Place, nx: "nx" | "no nx", readFrame: ReadFrame, pages: MappedRange[]): Promise<void> {
  const entries = await readFrame(place.table);
  const shift = BigInt(12 + 9 * (place.level - 1));
  for (let index = 0; index < 512; index++) {
    const entry = entries.readBigUInt64LE(index * 8);
    if ((entry & PRESENT) === 0n) continue;
    const virtual = place.base | (BigInt(index) << shift);
    const rights = narrowed(place.rights, entry, nx);
    const isLeaf = place.level === 1 || ((place.level === 2 || place.level === 3) && (entry & LARGE) !== 0n);
    if (isLeaf) pages.push(leaf(virtual, entry, 1n << shift, rights));
    else await walk({ table: entry & FRAME_BITS, level: place.level - 1, base: virtual, rights }, nx, readFrame, pages);
  }
}

/** A right needs every level's consent. */
function narrowed(above: Rights, entry: bigint, nx: "nx" | "no nx"): Rights {
  return {
    writable: above.writable && (entry & WRITABLE) !== 0n,
    user: above.user && (entry & USER) !== 0n,
    executable: above.executable && (nx === "no nx" || (entry & NO_EXECUTE) === 0n),
  };
}

function leaf(virtual: bigint, entry: bigint, pageBytes: bigint, rights: Rights): MappedRange {
  const first = canonical(virtual);
  const physical = entry & FRAME_BITS & ~(pageBytes - 1n);
  const global = (entry & GLOBAL) !== 0n;
  return {
    first,
    last: first + pageBytes - 1n,
    physical,
    pageBytes,
    ...rights,
    global,
    memoryType: typeOf(entry, pageBytes),
  };
}

function typeOf(entry: bigint, pageBytes: bigint): number {
  const pat = pageBytes === SMALL_BYTES ? SMALL_PAT : LARGE_PAT;
  return (
    ((entry & pat) !== 0n ? 4 : 0) + ((entry & CACHE_DISABLE) !== 0n ? 2 : 0) + ((entry & WRITE_THROUGH) !== 0n ? 1 : 0)
  );
}

function canonical(address: bigint): bigint {
  return BigInt.asUintN(64, BigInt.asIntN(48, address));
}

function joined(pages: readonly MappedRange[]): MappedRange[] {
  const ranges: MappedRange[] = [];
  for (const page of pages) {
    const before = ranges.at(-1);
    if (before !== undefined && continues(before, page)) ranges[ranges.length - 1] = { ...before, last: page.last };
    else ranges.push(page);
  }
  return ranges;
}

function continues(before: MappedRange, page: MappedRange): boolean {
  return (
    page.first === before.last + 1n &&
    page.physical === before.physical + (before.last - before.first) + 1n &&
    (["pageBytes", "writable", "executable", "user", "global", "memoryType"] as const).every(
      (key) => page[key] === before[key],
    )
  );
}
