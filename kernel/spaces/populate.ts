import { physLoad64, physStore64 } from "platform";
import { PhysAddr } from "../address/addr";
import { alignDown, isAligned, LARGE_BYTES, PAGE_BYTES } from "../address/pages";
import { allocateBlock } from "../frames/allocator";
import { Frame } from "../frames/frame";
import { FrameOwner } from "../frames/owners";
import { entrySlot, isLeaf, isPresent, Pte } from "../paging/pte";
import { makeDirectoryEntry } from "../paging/user-tables";
import { ownTable } from "./own-table";
import { pageFlags } from "./pages";
import { placeRegion } from "./place";
import { Space, SpaceError } from "./space";
import { hasColours, userFrame } from "./user-frames";

/** Pages made before they are used, table by table. */

const AREA_ORDER: u32 = 9;
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
    const end = min<u64>(last, at | (LARGE_BYTES - 1));
    if (!populateTable(space, at, end, flags)) return false;
    at = end + 1;
  }
  return true;
}

function populateTable(space: Space, first: u64, last: u64, flags: u64): bool {
  const directory = makeDirectoryEntry(space.root, first);
  if (directory == 0) return false;
  const entry = physLoad64(directory);
  if (isPresent(entry) && isLeaf(entry, 2)) return true;
  const isWhole = !hasColours(space) && isAligned(first, LARGE_BYTES) && last - first == LARGE_BYTES - 1;
  if (isWhole && !isPresent(entry) && mapLarge(directory, flags)) return true;
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

/** Maps a fresh large page by the level-2 entry at `directory`, which is empty. False when there is no such block. */
export function mapLarge(directory: PhysAddr, flags: u64): bool {
  const block = allocateBlock(AREA_ORDER, FrameOwner.USER);
  if (block.isNone) return false;
  physStore64(directory, block.address | flags | Pte.LARGE);
  return true;
}

/** Would a large page around `address` lie wholly from `first` to `last`? */
export function fitsLarge(address: u64, first: u64, last: u64): bool {
  const start = alignDown(address, LARGE_BYTES);
  return start >= first && start + (LARGE_BYTES - 1) <= last;
}

/** What maps `frame`, which is this mapping's alone, with the rights `flags`. */
export function freshEntry(frame: Frame, flags: u64): u64 {
  return frame.address | flags | FRESH;
}
