import { kindCount } from "./kinds";
import { isMine } from "./lock";
import { drainKind, drainKindOf } from "./magazines";
import { isStarted, pagesLock } from "./root";

/**
 * Puts what this CPU keeps of free objects back into slabs, and gives the frames of empty slabs back. Returns how many frames. What
 * other CPUs keep, 15 objects of a kind at most, stays until they call this.
 *
 * For the frames, too, when they are short: then it may be called from within the heap, which wanted one of them. If that is for the
 * place of a page, the pages' lock is held, and there is nothing to be had.
 */
export function drainHeap(): u32 {
  if (!isStarted() || isMine(pagesLock())) return 0;
  let frames: u32 = 0;
  for (let kind: u32 = 0; kind < kindCount(); kind++) frames += drainKind(kind);
  return frames;
}

/** What `cpu` keeps, for who holds the kernel's lock while `cpu` is outside the kernel. Before `drainHeap`. */
export function drainHeapOf(cpu: u32): void {
  for (let kind: u32 = 0; kind < kindCount(); kind++) drainKindOf(cpu, kind);
}

/** As frames ask for it (frames/reclaimers.ts): slabs have no preference for a node, so all that can go goes. */
export function reclaimHeap(_node: u32, _wanted: u32): u32 {
  return drainHeap();
}
