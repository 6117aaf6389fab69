import { physCompareExchange64, physLoad64, physStore64 } from "platform";
import { PhysAddr } from "../address/addr";
import { isAligned, LARGE_BYTES, PAGE_BYTES } from "../address/pages";
import { entryAddress, entrySlot, isLeaf, isPresent, pageBytesAt, Pte } from "../paging/pte";
import { supportedFlags } from "../paging/features";
import {
  entryLevel,
  entryOf,
  entryStart,
  isSharedTable,
  nextEntry,
  ownPageSlot,
  splitLarge,
} from "../paging/user-tables";
import { notePage, notePages } from "../tlb/gather";
import { Translations } from "../tlb/translations";
import { ownTable } from "./own-table";
import { isWriteAndExecute, Right } from "./region";

/**
 * The pages of a range of a space, changed by the page table: what can fail comes first (`makeDivisible`, `ownTables`), changes nothing
 * that anybody could see, and leaves the rest (`protectPages`, `unmapRange`) unable to fail. That within `beginFlush` and `finishFlush`.
 */

/** What a page's entry says of its region's rights; OWNED says whether W may be set at once. */
const RIGHT_BITS: u64 = Pte.WRITE | Pte.USER | Pte.NO_EXECUTE;

/** Pte bits of a page of a region with `rights`, as if it were the only one of its frame. Write and execute never go together. */
export function pageFlags(rights: u32): u64 {
  assert(!isWriteAndExecute(rights));
  if (rights == 0) return supportedFlags(Pte.NO_EXECUTE);
  const write: u64 = (rights & Right.WRITE) != 0 ? Pte.WRITE : 0;
  const execute: u64 = (rights & Right.EXECUTE) != 0 ? 0 : Pte.NO_EXECUTE;
  return supportedFlags(Pte.USER | write | execute);
}

/** Sees to it that neither a large page nor a shared table lies across an end of the range. False when no frame is left for a table. */
export function makeDivisibleAround(space: Translations, first: u64, last: u64): bool {
  const end = last + 1;
  // Most ranges are short, and lie in one table of the space's own.
  if ((first ^ last) < LARGE_BYTES && ownPageSlot(space.root, first) != 0) return true;
  if (!makeDivisible(space, first)) return false;
  // Both ends within one table: it is the space's own now.
  return (first ^ end) < LARGE_BYTES && !isAligned(first, LARGE_BYTES) ? true : makeDivisible(space, end);
}

function makeDivisible(space: Translations, address: u64): bool {
  for (let slot = entryOf(space.root, address, 2); slot != 0; slot = entryOf(space.root, address, 2)) {
    const level = entryLevel();
    const entry = physLoad64(slot);
    if (isAligned(address, pageBytesAt(level)) || !isPresent(entry)) return true;
    if (!isLeaf(entry, level)) return ownTable(space, slot) != 0;
    if (!splitLarge(space, slot, level)) return false;
  }
  return true;
}

/** Makes every page table from `first` to `last` the space's own. False when no frame is left. */
export function ownTables(space: Translations, first: u64, last: u64): bool {
  let slot = nextEntry(space.root, 2, first, last);
  while (slot != 0) {
    const end = directoryEnd(last);
    if (isSharedTable(physLoad64(slot)) && ownTable(space, slot) == 0) return false;
    if (end == last) return true;
    slot = nextEntry(space.root, 2, end + 1, last);
  }
  return true;
}

/** The last address, up to `last`, that the entry found by `nextEntry` covers. */
function directoryEnd(last: u64): u64 {
  return min<u64>(last, entryStart() | (pageBytesAt(entryLevel()) - 1));
}

/** Gives every page from `first` to `last` the rights `rights`. */
export function protectPages(root: u64, first: u64, last: u64, rights: u32): void {
  const flags = pageFlags(rights);
  for (let at = first; at <= last;) {
    const slot = nextEntry(root, 2, at, last);
    if (slot == 0) return;
    const start = entryStart();
    const end = directoryEnd(last);
    const entry = physLoad64(slot);
    if (isLeaf(entry, 2)) protectEntry(slot, start, flags);
    else protectSmall(entryAddress(entry), start, end, flags);
    at = end + 1;
  }
}

/**
 * Most pages of a range are alike in what matters here. So what becomes of an entry is worked out for the first of its kind, and done to
 * those after it; but only to those that have A and D, in which there is nothing for a processor to set meanwhile.
 */
function protectSmall(table: PhysAddr, first: u64, last: u64, flags: u64): void {
  const end = entrySlot(table, last, 1);
  let at = first;
  for (let slot = entrySlot(table, first, 1); slot <= end;) {
    const entry = physLoad64(slot);
    const wanted = withRights(entry, flags);
    protectEntry(slot, at, flags);
    const next = changeAlike(<PhysAddr>(slot + 8), end, kindOf(entry), entry ^ wanted);
    const count = (next - slot) / 8;
    if (mustForget(entry, wanted)) notePages(at + PAGE_BYTES, count - 1);
    at += count * PAGE_BYTES;
    slot = next;
  }
}

/** Changes the entries from `slot` to `end` as far as they are of this kind. Returns where the first of another is. */
function changeAlike(slot: PhysAddr, end: PhysAddr, kind: u64, change: u64): PhysAddr {
  for (; slot <= end; slot = <PhysAddr>(slot + 8)) {
    const entry = physLoad64(slot);
    if ((entry & KIND) != kind) return slot;
    physStore64(slot, entry ^ change);
  }
  return slot;
}

/** Bits of an entry on which depends what becomes of it. */
const KIND: u64 = RIGHT_BITS | Pte.PRESENT | Pte.OWNED | Pte.ACCESSED | Pte.DIRTY;
/** Of those that are looked at one by one. */
const NO_KIND: u64 = u64.MAX_VALUE;

function kindOf(entry: u64): u64 {
  const settled: u64 = Pte.PRESENT | Pte.ACCESSED | Pte.DIRTY;
  return (entry & settled) == settled ? entry & KIND : NO_KIND;
}

/** By compare-exchange, since a processor may set A or D at any time. */
function protectEntry(slot: PhysAddr, at: u64, flags: u64): void {
  let entry = physLoad64(slot);
  while (isPresent(entry)) {
    const wanted = withRights(entry, flags);
    if (wanted == entry) return;
    const before = physCompareExchange64(slot, entry, wanted);
    if (before == entry) {
      if (mustForget(entry, wanted)) notePage(at);
      return;
    }
    entry = before;
  }
}

/** A page that is not the mapping's alone stays read-only: the first write finds out. */
function withRights(entry: u64, flags: u64): u64 {
  const allowed = (entry & Pte.OWNED) != 0 ? flags : flags & ~Pte.WRITE;
  return (entry & ~RIGHT_BITS) | allowed;
}

/**
 * May a translation be cached that allows what the entry does not any more? What grants more needs no flush: the fault that an old
 * translation causes is recognised (SDM 3A 4.10.4.3). What was never accessed is not cached (4.10.2.3).
 */
function mustForget(before: u64, after: u64): bool {
  if ((before & Pte.ACCESSED) == 0) return false;
  return ((before ^ after) & (before ^ Pte.NO_EXECUTE) & RIGHT_BITS) != 0;
}
