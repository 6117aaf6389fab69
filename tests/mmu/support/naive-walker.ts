/**
 * A page walker as plain as the manual's prose (SDM 3A 4.5 to 4.8), in bigints, with no caches: what the modelled MMU must agree with
 * when nothing is stale. It shares no code with the model or with the helpers of the other tests.
 */
export interface Processor {
  readonly cr3: bigint;
  readonly wp: boolean;
  readonly smep: boolean;
  readonly smap: boolean;
  readonly nxe: boolean;
  readonly hugePages: boolean;
  readonly physicalBits: bigint;
}

export interface NaiveAccess {
  readonly linear: bigint;
  readonly write: boolean;
  readonly fetch: boolean;
  readonly user: boolean;
  readonly ac: boolean;
}

export type NaiveOutcome =
  | { readonly kind: "general protection" }
  | { readonly kind: "page fault"; readonly error: number }
  | { readonly kind: "done"; readonly physical: bigint };

interface Step {
  readonly address: bigint;
  readonly entry: bigint;
}

/** Translates one access over `memory` (physical address of a word to its value) and sets A and D there. */
export function naiveAccess(memory: Map<bigint, bigint>, processor: Processor, access: NaiveAccess): NaiveOutcome {
  if (BigInt.asUintN(64, BigInt.asIntN(48, access.linear)) !== access.linear) return { kind: "general protection" };
  const steps: Step[] = [];
  let table = processor.cr3 & ~0xfffn;
  for (const shift of [39n, 30n, 21n, 12n]) {
    const address = table + ((access.linear >> shift) % 512n) * 8n;
    const entry = memory.get(address) ?? 0n;
    if (entry % 2n === 0n) return pageFault(processor, access, 0);
    const isLarge = shift < 39n && shift > 12n && bit(entry, 7n);
    if (hasReservedBit(entry, shift, isLarge, processor)) return pageFault(processor, access, 9);
    steps.push({ address, entry });
    if (isLarge || shift === 12n) return finish(memory, processor, access, steps, shift);
    table = entry & 0xf_ffff_ffff_f000n;
  }
  throw new Error("a walk has four levels at most");
}

function bit(value: bigint, index: bigint): boolean {
  return (value >> index) % 2n === 1n;
}

function hasReservedBit(entry: bigint, shift: bigint, isLarge: boolean, processor: Processor): boolean {
  for (let at = processor.physicalBits; at < 52n; at++) if (bit(entry, at)) return true;
  if (bit(entry, 63n) && !processor.nxe) return true;
  if (shift === 39n) return bit(entry, 7n);
  if (shift === 30n && isLarge && !processor.hugePages) return true;
  if (!isLarge) return false;
  for (let at = 13n; at < shift; at++) if (bit(entry, at)) return true;
  return false;
}

function finish(
  memory: Map<bigint, bigint>,
  processor: Processor,
  access: NaiveAccess,
  steps: readonly Step[],
  shift: bigint,
): NaiveOutcome {
  const isUserPage = steps.every(({ entry }) => bit(entry, 2n));
  const isWritable = steps.every(({ entry }) => bit(entry, 1n));
  const isExecutable = !steps.some(({ entry }) => bit(entry, 63n));
  if (!mayAccess(processor, access, { isUserPage, isWritable, isExecutable })) return pageFault(processor, access, 1);
  for (const { address } of steps) memory.set(address, memory.get(address)! | 32n);
  const leaf = steps.at(-1)!;
  if (access.write) memory.set(leaf.address, memory.get(leaf.address)! | 64n);
  const bytes = 1n << shift;
  return { kind: "done", physical: ((leaf.entry & 0xf_ffff_ffff_f000n) / bytes) * bytes + (access.linear % bytes) };
}

interface PageRights {
  readonly isUserPage: boolean;
  readonly isWritable: boolean;
  readonly isExecutable: boolean;
}

function mayAccess(processor: Processor, access: NaiveAccess, page: PageRights): boolean {
  if (access.user && !page.isUserPage) return false;
  if (access.fetch) return page.isExecutable && (access.user || !page.isUserPage || !processor.smep);
  if (!access.user && page.isUserPage && processor.smap && !access.ac) return false;
  return !access.write || page.isWritable || (!access.user && !processor.wp);
}

function pageFault(processor: Processor, access: NaiveAccess, cause: number): NaiveOutcome {
  const fetchBit = access.fetch && (processor.smep || processor.nxe) ? 16 : 0;
  return { kind: "page fault", error: cause + (access.write ? 2 : 0) + (access.user ? 4 : 0) + fetchBit };
}
