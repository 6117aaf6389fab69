import { allocateFrame } from "../frames/allocator";
import { FrameOwner } from "../frames/owners";

/**
 * One frame with the words of the heap that CPUs change by atomic operations, which the platform has for physical memory alone:
 *
 *     byte    0  the pages' lock                 a cache line
 *            64  locks of the kinds, by number   a line each
 *          2048  leaves of the directory         32 × u64 (`directory.ts`)
 */
const KIND_LOCKS: u64 = 64;
const LEAVES: u64 = 2048;
/** Kinds of objects there can be. */
export const MAX_KINDS: u32 = 16;
if (64 + 16 * 64 > 2048) ERROR("a root holds MAX_KINDS locks");

let root: u64 = 0;

/** Makes the root, all unlocked and empty. False when there is no frame. */
export function makeRoot(): bool {
  const frame = allocateFrame(FrameOwner.KERNEL_OBJECTS);
  root = frame.isNone ? 0 : frame.address;
  return root != 0;
}

export function isStarted(): bool {
  return root != 0;
}

export function pagesLock(): u64 {
  return root;
}

export function kindLock(kind: u32): u64 {
  return root + KIND_LOCKS + ((<u64>kind) << 6);
}

/** The word that holds the physical address of leaf `index`, of 32; 0 while there is none. */
export function leafSlot(index: u32): u64 {
  return root + LEAVES + ((<u64>index) << 3);
}
