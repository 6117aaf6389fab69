import { physExchange64, physLoad64, physStore64 } from "platform";
import { PhysAddr } from "../address/addr";
import { LARGE_BYTES, PAGE_BYTES } from "../address/pages";
import { Frame } from "../frames/frame";
import {
  entryAddress,
  entryFrame,
  entrySlot,
  isLeaf,
  isPresent,
  leafAddress,
  pageBytesAt,
  Pte,
  ROOT_LEVEL,
} from "../paging/pte";
import { entryLevel, entryOf, hasOtherSharers } from "../paging/user-tables";
import { noteBlock, noteFrame, notePage, noteStructures, noteAllPages, noteTable } from "../tlb/gather";

/**
 * Takes every page from `first` to `last` away, and the tables that cover nothing else than `gapFirst` to `gapLast`, where no region is any more and
 * no page will be when this returns. Every table that goes covers some of the range: until now a region reached into it. Neither a
 * large page nor a shared table lies across an end of the range (`makeDivisibleAround`). Within `beginFlush` and `finishFlush`.
 */
export function unmapRange(root: u64, first: u64, last: u64, gapFirst: u64, gapLast: u64): void {
  for (let at = first; at <= last;) {
    const slot = entryOf(root, at, 2);
    const level = entryLevel();
    const end = min<u64>(last, at | (pageBytesAt(level) - 1));
    if (slot != 0) unmapEntry(slot, level, at, end);
    // What comes after `end` still has its pages.
    dropTables(root, level, at, gapFirst, end == last ? gapLast : end);
    at = end + 1;
  }
}

/** What the entry at `slot` leads to, of which `first` to `last` is to go. */
function unmapEntry(slot: PhysAddr, level: u32, first: u64, last: u64): void {
  const entry = physLoad64(slot);
  if (!isPresent(entry)) return;
  if (isLeaf(entry, level)) unmapLarge(slot, first, level);
  else if (hasOtherSharers(entry)) leaveTable(slot, entry);
  else unmapSmall(entryAddress(entry), first, last);
}

/** One of 1 GiB goes back by pieces of 2 MiB. */
function unmapLarge(slot: PhysAddr, at: u64, level: u32): void {
  const entry = physExchange64(slot, 0);
  if ((entry & Pte.ACCESSED) != 0) notePage(at);
  if ((entry & Pte.FOREIGN) != 0) return;
  const first = leafAddress(entry, level);
  for (let done: u64 = 0; done < pageBytesAt(level); done += LARGE_BYTES)
    noteBlock(Frame.containing(<PhysAddr>(first + done)));
}

/** One sharer less. What it maps is still mapped by others, so that their count of it stays. */
function leaveTable(slot: PhysAddr, entry: u64): void {
  physStore64(slot, 0);
  noteAllPages();
  noteStructures();
  noteFrame(Frame.containing(entryAddress(entry)));
}

/** A translation is cached only when A was set first (SDM 3A 4.10.2.3): what nobody touched needs no flush. */
function unmapSmall(table: PhysAddr, first: u64, last: u64): void {
  let slot = entrySlot(table, first, 1);
  for (let at = first; at <= last; at += PAGE_BYTES) {
    if (isPresent(physLoad64(slot))) {
      const entry = physExchange64(slot, 0);
      if ((entry & Pte.ACCESSED) != 0) notePage(at);
      if ((entry & Pte.FOREIGN) == 0) noteFrame(entryFrame(entry));
    }
    slot = <PhysAddr>(slot + 8);
  }
}

/** Takes the tables around `at` out, from those below entries of `lowest` on, that cover only what is free from `first` to `last`. */
function dropTables(root: u64, lowest: u32, at: u64, first: u64, last: u64): void {
  let highest = lowest;
  while (highest <= ROOT_LEVEL && isWithin(at, highest, first, last)) highest++;
  if (highest != lowest) dropFrom(entryOf(root, at, highest - 1), at, entryLevel(), lowest);
}

/**
 * The entry at `slot`, of `level`, goes, and with it what it leads to on the way to `at`, as far as an entry of `lowest`: nothing else is there.
 * `noteTable` may free tables that were noted before, not the one that it is told of.
 */
function dropFrom(slot: PhysAddr, at: u64, level: u32, lowest: u32): void {
  let entry: u64 = slot == 0 ? 0 : physLoad64(slot);
  if (!isPresent(entry)) return;
  physStore64(slot, 0);
  noteStructures();
  noteTable(entryAddress(entry));
  while (level > lowest) {
    level -= 1;
    entry = physLoad64(entrySlot(entryAddress(entry), at, level));
    if (!isPresent(entry)) return;
    noteTable(entryAddress(entry));
  }
}

/** Does what an entry of `level` covers around `at` lie from `first` to `last`? */
function isWithin(at: u64, level: u32, first: u64, last: u64): bool {
  const inside = pageBytesAt(level) - 1;
  return (at & ~inside) >= first && (at | inside) <= last;
}
