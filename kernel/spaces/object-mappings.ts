import { physLoad64 } from "platform";
import { PhysAddr } from "../address/addr";
import { PAGE_BYTES } from "../address/pages";
import { Pte } from "../paging/pte";
import { entryStart, nextEntry } from "../paging/user-tables";
import { beginFlush, finishFlush, noteAllPages } from "../tlb/gather";
import { objectOf, offsetOf } from "./backing";
import { MemoryObject } from "./memory-object";
import { Backing, Region } from "./region";
import { firstFrom } from "./region-tree";
import { Space } from "./space";

/**
 * Where a space maps an object. Nobody keeps a list: that would cost each mapping what who asks, for a write-back or when memory is short, pays so.
 */

/** What is done with a page's entry at `slot`, which maps the object's page at byte `offset` itself and no copy of it. */
export type Visit = (memory: MemoryObject, offset: u64, slot: PhysAddr) => void;

/**
 * Visits the entries by which the space maps bytes of the object from `first` to before `end`. What they came to allow less is nowhere cached any more
 * when this returns.
 */
export function visitMappings(space: Space, memory: MemoryObject, first: u64, end: u64, visit: Visit): void {
  let region = nextMapping(space, memory, 0);
  while (region != null) {
    visitPart(space, region, first, end, visit);
    region = nextMapping(space, memory, region.last + 1);
  }
}

export function isMapping(space: Space, memory: MemoryObject): bool {
  return nextMapping(space, memory, 0) != null;
}

/** The first region from `address` on that maps the object. */
function nextMapping(space: Space, memory: MemoryObject, address: u64): Region | null {
  let region = firstFrom(space.regions, address);
  while (region != null && !isOf(region, memory)) region = firstFrom(space.regions, region.last + 1);
  return region;
}

function isOf(region: Region, memory: MemoryObject): bool {
  const isObjects = region.backing == Backing.OBJECT || region.backing == Backing.COPIES;
  return isObjects && objectOf(region) == memory;
}

/** Bytes of the object, as far as they lie in the region. */
function visitPart(space: Space, region: Region, first: u64, end: u64, visit: Visit): void {
  const from = max<u64>(first, region.offset);
  const to = min<u64>(end, region.offset + region.bytes);
  if (from >= to) return;
  visitRange(space, region, region.first + (from - region.offset), region.first + (to - region.offset) - 1, visit);
}

/** Tables that several spaces share are changed once, and each of them flushes: so all of it is forgotten, whatever this space finds. */
function visitRange(space: Space, region: Region, first: u64, last: u64, visit: Visit): void {
  const memory = objectOf(region);
  beginFlush(space);
  for (let at = first; at <= last;) {
    const slot = nextEntry(space.root, 1, at, last);
    if (slot == 0) break;
    const page = entryStart();
    if ((physLoad64(slot) & Pte.FOREIGN) != 0) visit(memory, offsetOf(region, page), slot);
    at = page + PAGE_BYTES;
  }
  noteAllPages();
  finishFlush();
}
