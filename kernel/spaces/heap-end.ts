import { physLoad64 } from "platform";
import { isAligned, LARGE_BYTES, PAGE_BYTES } from "../address/pages";
import { entryAddress, entrySlot, isLeaf, isPresent } from "../paging/pte";
import { entryLevel, entryOf } from "../paging/user-tables";
import { RecordKind } from "../trace/records";
import { trace } from "../trace/trace";
import { RegionKind } from "./kinds";
import { makeDivisibleAround, pageFlags } from "./pages";
import { READ_WRITE, Region } from "./region";
import { comeBetween, isFree } from "./region-tree";
import { removePagesAbove, Space, SpaceError } from "./space";
import { placeRegion } from "./place";

/** A task's heap: one region, with a page of guard below and one above that moves with its end. */

/** A heap of `bytes` above a guard at `guard`, without pages yet. Returns a SpaceError. */
export function addHeap(space: Space, guard: u64, bytes: u64): u32 {
  const first = guard + PAGE_BYTES;
  const above = first + bytes;
  let error = placeRegion(space, guard, first - 1, RegionKind.GUARD, 0);
  if (error == SpaceError.NONE) error = placeRegion(space, first, above - 1, RegionKind.HEAP, READ_WRITE);
  return error == SpaceError.NONE ? placeRegion(space, above, above + PAGE_BYTES - 1, RegionKind.GUARD, 0) : error;
}

/** Moves the end of `heap` up to `end`, a page boundary. Returns a SpaceError; unless it is NONE, nothing has changed. */
export function growHeap(space: Space, heap: Region, end: u64): u32 {
  const old = heap.last + 1;
  const guard = guardAt(space, old);
  if (areSealed(heap, guard)) return SpaceError.SEALED;
  const taken = guard == null ? old : guard.last + 1;
  if (!isFree(space.regions, taken, end + PAGE_BYTES - 1)) return SpaceError.OVERLAP;
  moveEnd(heap, guard, end);
  trace(RecordKind.MAPPED, old, end - old, pageFlags(READ_WRITE));
  return SpaceError.NONE;
}

/** Moves it down. The guard comes after it first, so that no table is kept for where it was. Returns a SpaceError. */
export function shrinkHeap(space: Space, heap: Region, end: u64): u32 {
  const last = heap.last;
  const guard = guardAt(space, last + 1);
  if (areSealed(heap, guard)) return SpaceError.SEALED;
  // The guard may be all that keeps a table, or lie alone in one that is shared.
  const above = guard == null ? last : last + PAGE_BYTES;
  const isBare =
    last - end < PAGE_BYTES && isUntouched(space, end) && ((end ^ above) < LARGE_BYTES || hasNoTable(space, above));
  if (!isBare && !makeDivisibleAround(space, end, above)) return SpaceError.NO_MEMORY;
  moveEnd(heap, guard, end);
  if (!isBare) removePagesAbove(space, end, above);
  trace(RecordKind.UNMAPPED, end, last - end + 1, pageFlags(READ_WRITE));
  return SpaceError.NONE;
}

/** The page at `end`, the last one, has never been accessed, and its table is one of the rest of the heap, too: there is nothing to take away. */
function isUntouched(space: Space, end: u64): bool {
  if (isAligned(end, LARGE_BYTES)) return false;
  const slot = entryOf(space.root, end, 2);
  if (slot == 0) return true;
  const entry = physLoad64(slot);
  if (!isPresent(entry)) return true;
  return !isLeaf(entry, entryLevel()) && !isPresent(physLoad64(entrySlot(entryAddress(entry), end, 1)));
}

/** For the 2 MiB with `address`. */
function hasNoTable(space: Space, address: u64): bool {
  const slot = entryOf(space.root, address, 2);
  return slot == 0 || !isPresent(physLoad64(slot));
}

/**
 * The guard that begins where the heap ends; null when the task has unmapped it. A longer one is the task's own, and stays where it is.
 * Guard and heap may be moved then, as far as the tree goes.
 */
function guardAt(space: Space, end: u64): Region | null {
  const region = comeBetween(space.regions, end);
  if (region == null || region.first != end || region.kind != RegionKind.GUARD) return null;
  return region.bytes == PAGE_BYTES ? region : null;
}

function areSealed(heap: Region, guard: Region | null): bool {
  return heap.sealed != 0 || (guard != null && guard.sealed != 0);
}

function moveEnd(heap: Region, guard: Region | null, end: u64): void {
  heap.last = end - 1;
  if (guard == null) return;
  guard.first = end;
  guard.last = end + PAGE_BYTES - 1;
}
