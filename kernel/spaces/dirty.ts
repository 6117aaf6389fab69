import { physAnd64, physLoad64, physStore64 } from "platform";
import { PhysAddr } from "../address/addr";
import { PAGE_BYTES } from "../address/pages";
import { isPresent, Pte } from "../paging/pte";
import { entryStart, nextEntry } from "../paging/user-tables";
import { beginFlush, finishFlush, noteAllPages } from "../tlb/gather";
import { objectOf } from "./backing";
import { findSlot, MemoryObject, PageWord, pageThere } from "./memory-object";
import { Backing, Region } from "./region";
import { firstFrom } from "./region-tree";
import { Space } from "./space";

/** Pages of an object that were written since its pager saw them last. */

/** The first one at byte `offset` or behind it; the object's size: there is none. */
export function nextDirty(memory: MemoryObject, offset: u64): u64 {
  let at = offset;
  while (at < memory.bytes && memory.dirty != 0) {
    const slot = findSlot(memory, at);
    // Without a table for them, 512 pages are missing at once.
    if (slot == 0) at = (at | (512 * PAGE_BYTES - 1)) + 1;
    else if ((physLoad64(slot) & PageWord.DIRTY) != 0) return at;
    else at += PAGE_BYTES;
  }
  return memory.bytes;
}

/** The end of the run of them that begins at `first`, of `most` pages at most. */
export function endOfDirty(memory: MemoryObject, first: u64, most: u64): u64 {
  const limit = min<u64>(first + most * PAGE_BYTES, memory.bytes);
  let end = first;
  while (end < limit && (pageThere(memory, end) & PageWord.DIRTY) != 0) end += PAGE_BYTES;
  return end;
}

/** The pages from byte `first` to before `end` count as seen: a write from now on, by whomever, makes them dirty again. `closePages` comes first. */
export function markClean(memory: MemoryObject, first: u64, end: u64): void {
  for (let at = first; at < end; at += PAGE_BYTES) {
    const slot = findSlot(memory, at);
    physStore64(slot, physLoad64(slot) & ~PageWord.DIRTY);
    memory.dirty -= 1;
  }
}

/** The space can write none of the object's bytes from `first` to before `end` any more without a fault, on no CPU. */
export function closePages(space: Space, memory: MemoryObject, first: u64, end: u64): void {
  let region = firstFrom(space.regions, 0);
  while (region != null) {
    if (region.backing == Backing.OBJECT && objectOf(region) == memory) closePart(space, region, first, end);
    region = firstFrom(space.regions, region.last + 1);
  }
}

/** Bytes of the object, as far as they lie in the region. */
function closePart(space: Space, region: Region, first: u64, end: u64): void {
  const from = max<u64>(first, region.offset);
  const to = min<u64>(end, region.offset + region.bytes);
  if (from < to) closeRange(space, region.first + (from - region.offset), region.first + (to - region.offset) - 1);
}

/** Tables that several spaces share are changed once, and each of them flushes: so all of it is forgotten, whatever this space finds. */
function closeRange(space: Space, first: u64, last: u64): void {
  beginFlush(space);
  for (let at = first; at <= last;) {
    const slot = nextEntry(space.root, 1, at, last);
    if (slot == 0) break;
    at = entryStart() + PAGE_BYTES;
    close(slot);
  }
  noteAllPages();
  finishFlush();
}

function close(slot: PhysAddr): void {
  if (isPresent(physLoad64(slot))) physAnd64(slot, ~(Pte.WRITE | Pte.OWNED));
}
