import { physStore64 } from "platform";
import { alignUp, LARGE_BYTES, PAGE_BYTES } from "../address/pages";
import { entrySlot } from "../paging/pte";
import { makeDirectoryEntry } from "../paging/user-tables";
import { imageEntry } from "./backing";
import { ownTable } from "./own-table";
import { placeRegion } from "./place";
import { Backing, Region } from "./region";
import { findRegion, Space, SpaceError } from "./space";

/**
 * What a program only reads of its file is mapped where the file lies, for all tasks that run it: it takes no frame, and nothing is copied.
 * The file's frames are no mapping's (FOREIGN) and nobody's to write (not OWNED): a task that makes such a page writable gets a copy with its
 * first write. So an entry says nothing that the region does not, and goes with its table when memory is short (`reclaim.ts`).
 */

/**
 * Adds a region for what lies from physical address `physical`, a page's first, on. All its pages are there, so that a program's first
 * accesses to its text, which the machines make differently, are no faults. Returns a SpaceError; what was made before an error stays, for
 * its owner to remove.
 */
export function placeImage(space: Space, first: u64, last: u64, kind: u32, rights: u32, physical: u64): u32 {
  const error = placeRegion(space, first, last, kind, rights);
  if (error != SpaceError.NONE) return error;
  const region = changetype<Region>(findRegion(space, first));
  region.backing = Backing.IMAGE;
  region.offset = physical;
  return mapAll(space, region) ? SpaceError.NONE : SpaceError.NO_MEMORY;
}

/** By the page table. */
function mapAll(space: Space, region: Region): bool {
  for (let at = region.first; at <= region.last;) {
    const end = min<u64>(region.last, alignUp(at + 1, LARGE_BYTES) - 1);
    const directory = makeDirectoryEntry(space, at);
    const table = directory == 0 ? directory : ownTable(space, directory);
    if (table == 0) return false;
    for (; at <= end; at += PAGE_BYTES) physStore64(entrySlot(table, at, 1), imageEntry(region, at));
  }
  return true;
}
