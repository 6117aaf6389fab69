import { PAGE_BYTES } from "../address/pages";
import { RecordKind } from "../trace/records";
import { trace } from "../trace/trace";
import { removeRange } from "./change";
import { RegionKind } from "./kinds";
import { pageFlags } from "./pages";
import { READ_WRITE, Region } from "./region";
import { findIn, insert, isFree, stretch, takeOut } from "./region-tree";
import { Space, SpaceError } from "./space";
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
  const guard = takeGuard(space, heap);
  const isRoom = isFree(space.regions, old, end + PAGE_BYTES - 1);
  if (isRoom) space.regions = stretch(space.regions, heap, end - 1);
  putGuard(space, heap, guard);
  if (!isRoom) return SpaceError.OVERLAP;
  trace(RecordKind.MAPPED, old, end - old, pageFlags(READ_WRITE));
  return SpaceError.NONE;
}

/** Moves it down. */
export function shrinkHeap(space: Space, heap: Region, end: u64): u32 {
  const guard = takeGuard(space, heap);
  const error = removeRange(space, end, heap.last);
  putGuard(space, heap, guard);
  return error;
}

/** The guard above the heap, out of the tree; null when the task has unmapped it. */
function takeGuard(space: Space, heap: Region): Region | null {
  const guard = findGuard(space, heap.last + 1);
  if (guard != null) space.regions = takeOut(space.regions, guard.first, guard.last);
  return guard;
}

function findGuard(space: Space, address: u64): Region | null {
  const region = findIn(space.regions, address);
  return region != null && region.kind == RegionKind.GUARD ? region : null;
}

function putGuard(space: Space, heap: Region, guard: Region | null): void {
  if (guard == null) return;
  guard.first = heap.last + 1;
  guard.last = heap.last + PAGE_BYTES;
  space.regions = insert(space.regions, guard);
}
