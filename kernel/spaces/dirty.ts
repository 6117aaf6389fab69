import { physAnd64, physLoad64, physStore64 } from "platform";
import { PhysAddr } from "../address/addr";
import { PAGE_BYTES } from "../address/pages";
import { Pte } from "../paging/pte";
import { findSlot, MemoryObject, nextTable, PageWord, pageThere } from "./memory-object";
import { visitMappings } from "./object-mappings";
import { Space } from "./space";

/** Pages of an object that were written since its pager saw them last. */

/** The first one at byte `offset` or behind it; the object's size: there is none. */
export function nextDirty(memory: MemoryObject, offset: u64): u64 {
  if (memory.dirty == 0) return memory.bytes;
  for (let at = offset; at < memory.bytes;) {
    if ((pageThere(memory, at) & PageWord.DIRTY) != 0) return at;
    at = nextTable(memory, at + PAGE_BYTES);
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
  visitMappings(space, memory, first, end, close);
}

function close(_memory: MemoryObject, _offset: u64, slot: PhysAddr): void {
  physAnd64(slot, ~(Pte.WRITE | Pte.OWNED));
}
