import { physAnd64, physCompareExchange64, physLoad64, physStore64 } from "platform";
import { PhysAddr } from "../address/addr";
import { PAGE_BYTES } from "../address/pages";
import { freeFrame } from "../frames/allocator";
import { Frame } from "../frames/frame";
import { Pte } from "../paging/pte";
import { RecordKind } from "../trace/records";
import { trace } from "../trace/trace";
import { findSlot, MemoryObject, PageWord } from "./memory-object";
import { visitMappings } from "./object-mappings";
import { Space } from "./space";

/**
 * Reclaim of pages that a server supplied, and has not been told of by a write since: it can supply them again. By stretches of an object, and for each
 * stretch in this order:
 *
 *     1  keepPages      of those that somebody has asked for, and not accessed yet
 *     2  unmapUnused    in every space: an entry whose A is set stays without A, and its page is IN_USE; another goes. With a flush
 *     3  dropPages      nothing leads to a page any more that is neither DIRTY nor IN_USE: it goes. The others lose IN_USE, their second chance
 *
 * A task may run on another CPU meanwhile, which sets A and nothing else: clean pages are mapped read-only.
 */

/** What a table of level 1 is for. */
export const STRETCH_BYTES: u64 = 512 * PAGE_BYTES;

/** The pages that are there, of `bytes` from byte `first` on, count as used, as far as they lie in the stretch. */
export function keepPages(memory: MemoryObject, stretch: u64, first: u64, bytes: u64): void {
  const end = min<u64>(first + bytes, stretch + STRETCH_BYTES);
  for (let at = max<u64>(first, stretch); at < end; at += PAGE_BYTES) markInUse(memory, at);
}

/** What a call supplies just now. */
let supplied: MemoryObject | null = null;
let suppliedFirst: u64 = 0;
let suppliedBytes: u64 = 0;

/** Until `endSupply` no page of these goes: a call does not take back for one page what it has given by another. */
export function beginSupply(memory: MemoryObject, first: u64, bytes: u64): void {
  supplied = memory;
  suppliedFirst = first;
  suppliedBytes = bytes;
}

export function endSupply(): void {
  supplied = null;
}

/** Those that a call is supplying. */
export function keepSupplied(memory: MemoryObject, stretch: u64): void {
  if (memory == supplied) keepPages(memory, stretch, suppliedFirst, suppliedBytes);
}

/** The same of the run that the server was told last to take: it may not have read it yet. */
export function keepTaken(memory: MemoryObject, stretch: u64): void {
  const first = memory.taken & ~(PAGE_BYTES - 1);
  keepPages(memory, stretch, first, (memory.taken - first) * PAGE_BYTES);
}

export function unmapUnused(space: Space, memory: MemoryObject, stretch: u64): void {
  visitMappings(space, memory, stretch, stretch + STRETCH_BYTES, unmapUnlessUsed);
}

/** One that may be written stays: its page is DIRTY. */
function unmapUnlessUsed(memory: MemoryObject, offset: u64, slot: PhysAddr): void {
  const entry = physLoad64(slot);
  if ((entry & Pte.OWNED) != 0) return;
  if ((entry & Pte.ACCESSED) == 0 && physCompareExchange64(slot, entry, 0) == entry) return;
  physAnd64(slot, ~Pte.ACCESSED);
  markInUse(memory, offset);
}

function markInUse(memory: MemoryObject, offset: u64): void {
  const word = findSlot(memory, offset);
  const page = word == 0 ? 0 : physLoad64(word);
  if (page != 0) physStore64(word, page | PageWord.IN_USE);
}

/** Returns how many went. */
export function dropPages(memory: MemoryObject, stretch: u64): u32 {
  let dropped: u32 = 0;
  const first = findSlot(memory, stretch);
  for (let offset: u64 = 0; offset < PAGE_BYTES; offset += 8) if (dropPage(<PhysAddr>(first + offset))) dropped += 1;
  memory.quota.framesLeft += dropped;
  if (dropped != 0) trace(RecordKind.PAGES_RECLAIMED, memory.key, stretch, dropped);
  return dropped;
}

function dropPage(slot: PhysAddr): bool {
  const word = physLoad64(slot);
  if ((word & (PageWord.DIRTY | PageWord.IN_USE)) != 0) {
    physStore64(slot, word & ~PageWord.IN_USE);
    return false;
  }
  if (word == 0) return false;
  physStore64(slot, 0);
  freeFrame(Frame.containing(<PhysAddr>word));
  return true;
}
