import { physLoad64, physStore64 } from "platform";
import { PhysAddr } from "../address/addr";
import { alignDown, HUGE_BYTES, isAligned, LARGE_BYTES, PAGE_BYTES } from "../address/pages";
import { Frame } from "../frames/frame";
import { hasHugePages } from "../paging/features";
import { blockOrder, entrySlot, isLeaf, isPresent, pageBytesAt, Pte } from "../paging/pte";
import { makeDirectoryEntry, makeEntry } from "../paging/user-tables";
import { countedBlock } from "./counted-frames";
import { ownTable } from "./own-table";
import { pageFlags } from "./pages";
import { placeRegion } from "./place";
import { Space, SpaceError } from "./space";
import { hasColours, userFrame } from "./user-frames";

/** Pages made before they are used, table by table. */

/** Of a page that is made by writing or for it, so that neither the processor nor the next change need look again. */
export const FRESH: u64 = 513;
if (FRESH != (Pte.PRESENT | Pte.OWNED)) ERROR("FRESH");

/** Adds a region whose pages are all there. Returns a SpaceError; what was made of it before an error stays, for its owner to remove. */
export function addPopulated(space: Space, first: u64, last: u64, kind: u32, rights: u32): u32 {
  const error = placeRegion(space, first, last, kind, rights);
  if (error != SpaceError.NONE || rights == 0) return error;
  return populate(space, first, last, rights) ? SpaceError.NONE : SpaceError.NO_MEMORY;
}

/**
 * Gives every page from `first` to `last` that has none a zeroed frame, with `rights`. False when a frame was missing: what was made
 * stays, for its owner to remove.
 */
export function populate(space: Space, first: u64, last: u64, rights: u32): bool {
  const flags = pageFlags(rights) | FRESH;
  for (let at = first; at <= last;) {
    const level: u32 = populateHuge(space, at, last, flags) ? 3 : 2;
    const end = min<u64>(last, at | (pageBytesAt(level) - 1));
    if (level == 2 && !populateTable(space, at, end, flags)) return false;
    at = end + 1;
  }
  return true;
}

/** Sees to a page of 1 GiB at `first`. False when there is no room for one up to `last`, or no such block. */
function populateHuge(space: Space, first: u64, last: u64, flags: u64): bool {
  if (!isAligned(first, HUGE_BYTES) || last - first < HUGE_BYTES - 1 || !hasHugePages() || hasColours(space))
    return false;
  const slot = makeEntry(space, first, 3);
  if (slot == 0) return false;
  const entry = physLoad64(slot);
  return isPresent(entry) ? isLeaf(entry, 3) : mapBlock(space, slot, 3, flags);
}

function populateTable(space: Space, first: u64, last: u64, flags: u64): bool {
  const directory = makeDirectoryEntry(space, first);
  if (directory == 0) return false;
  const entry = physLoad64(directory);
  if (isPresent(entry) && isLeaf(entry, 2)) return true;
  const isWhole = !hasColours(space) && isAligned(first, LARGE_BYTES) && last - first == LARGE_BYTES - 1;
  if (isWhole && !isPresent(entry) && mapBlock(space, directory, 2, flags)) return true;
  const table = ownTable(space, directory);
  if (table == 0) return false;
  let slot = entrySlot(table, first, 1);
  for (let at = first; at <= last; at += PAGE_BYTES) {
    if (!isPresent(physLoad64(slot))) {
      const frame = userFrame(space);
      if (frame.isNone) return false;
      physStore64(slot, frame.address | flags);
    }
    slot = <PhysAddr>(slot + 8);
  }
  return true;
}

/** Maps a fresh large page by the entry at `slot`, of `level`, which is empty. False when there is no such block. */
@inline
export function mapBlock(space: Space, slot: PhysAddr, level: u32, flags: u64): bool {
  const block = countedBlock(space.quota, blockOrder(level));
  if (block.isNone) return false;
  physStore64(slot, block.address | flags | Pte.LARGE);
  return true;
}

/** Would a page of the size that `level` has, around `address`, lie wholly from `first` to `last`? */
export function fitsPage(address: u64, level: u32, first: u64, last: u64): bool {
  const bytes = pageBytesAt(level);
  const start = alignDown(address, bytes);
  return start >= first && start + (bytes - 1) <= last;
}

/** What maps `frame`, which is this mapping's alone, with the rights `flags`. */
export function freshEntry(frame: Frame, flags: u64): u64 {
  return frame.address | flags | FRESH;
}
