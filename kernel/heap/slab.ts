/**
 * A slab: one frame with objects of one kind, at a multiple of 4096 of linear memory.
 *
 *     byte   0     4      8     12        16     24    28        32            64                     320            4096
 *            kind  taken  next  previous  frame  slot  reserved  free, 4 × u64  states, a byte for     objects …
 *                                                                               each 16 of the slab
 *
 * A granule is 16 bytes, the least that an object takes and what it is aligned to, so that the place of an object's bit and byte is
 * its address shifted, without a division:
 *
 *     free     bit set: an object begins at this granule, and is in the slab. Under the kind's lock
 *     states   whose turn it is at this granule, changed by the CPU that has the object:
 *              NO_START: no object begins here    FREE: in the slab or in a CPU's magazine    OUT: handed out
 *
 * A slab is in one of three places: `partial` of its kind while some are taken and some are not; `spare`, or on its way back to the
 * frames, when none is taken; nowhere when all are. `directory.ts` knows them all.
 */
@unmanaged
@final
export class Slab {
  kind: u32;
  /** Objects that are not in it. */
  taken: u32;
  next: usize;
  previous: usize;
  /** Physical address. */
  frame: u64;
  /** Its place among the object pages. */
  slot: u32;
  reserved: u32;
  free0: u64;
  free1: u64;
  free2: u64;
  free3: u64;
}
if (offsetof<Slab>() != 64) ERROR("the states of a slab follow its head");

export namespace ObjectState {
  export const NO_START: u32 = 0;
  export const FREE: u32 = 1;
  export const OUT: u32 = 2;
  /** FREE, and `validateHeap` has found it in a magazine. */
  export const SEEN: u32 = 3;
}

export const GRANULE: u32 = 16;
const GRANULE_SHIFT: usize = 4;
const FREE_AT: usize = 32;
const STATES_AT: usize = 64;
/** Offset of the first object. */
export const FIRST_OBJECT: u32 = 320;
if (64 + 4096 / 16 != 320 || 320 % 64 != 0) ERROR("objects follow the states, aligned to 64");
export const FREE_WORDS: u32 = 4;
const PAGE_MASK: usize = 4095;

/** The slab in which `address` would lie. */
export function slabOf(address: usize): Slab {
  return changetype<Slab>(address & ~PAGE_MASK);
}

function stateAddress(object: usize): usize {
  return (object & ~PAGE_MASK) + ((object & PAGE_MASK) >> GRANULE_SHIFT);
}

export function stateOf(object: usize): u32 {
  return load<u8>(stateAddress(object), STATES_AT);
}

export function setState(object: usize, state: u32): void {
  store<u8>(stateAddress(object), <u8>state, STATES_AT);
}

/** Bits of the granules `index * 64` to `index * 64 + 63`. */
export function freeWord(slab: Slab, index: u32): u64 {
  return load<u64>(changetype<usize>(slab) + ((<usize>index) << 3), FREE_AT);
}

/** Does the slab hold the object? */
export function isInSlab(object: usize): bool {
  const granule = (object & PAGE_MASK) >> GRANULE_SHIFT;
  const word = freeWord(slabOf(object), (<u32>granule) >> 6);
  return ((word >> ((<u64>granule) & 63)) & 1) != 0;
}

/** Sets the bit of an object that the slab does not hold, or clears that of one that it does. */
export function toggleFree(object: usize): void {
  const granule = (object & PAGE_MASK) >> GRANULE_SHIFT;
  const word = (object & ~PAGE_MASK) + ((granule >> 6) << 3);
  store<u64>(word, load<u64>(word, FREE_AT) ^ ((<u64>1) << ((<u64>granule) & 63)), FREE_AT);
}

/** The lowest object that the slab holds; 0 when it holds none. */
export function firstFree(slab: Slab): usize {
  for (let i: u32 = 0; i < FREE_WORDS; i++) {
    const word = freeWord(slab, i);
    if (word == 0) continue;
    const granule = <usize>i * 64 + <usize>ctz<u64>(word);
    return changetype<usize>(slab) + (granule << GRANULE_SHIFT);
  }
  return 0;
}
