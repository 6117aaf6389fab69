import { physLoad64 } from "platform";
import { PhysAddr } from "../address/addr";
import { PAGE_BYTES } from "../address/pages";
import { Frame } from "../frames/frame";
import { frameHolders } from "../frames/sharing";
import { entryAddress, entrySlot, isLeaf, isPresent, leafAddress, pageBytesAt, Pte, ROOT_LEVEL } from "../paging/pte";
import { entryLevel, entryStart, nextEntry } from "../paging/user-tables";
import { REGION_COUNTERS, RegionCounter } from "../trace/counters";
import { Backing, Region } from "./region";

/** How much of a region is in memory, and whose it is. Nobody keeps count: the tables are walked when somebody asks. */

/** By RegionCounter, of the region that was measured last. */
const counts = memory.data(56, 8);
if (7 * 8 != 56 || REGION_COUNTERS != 7) ERROR("counts has a place for each RegionCounter");

export function regionCount(counter: u32): u64 {
  return load<u64>(counts + ((<usize>counter) << 3));
}

function add(counter: u32, value: u64): void {
  const at = counts + ((<usize>counter) << 3);
  store<u64>(at, load<u64>(at) + value);
}

/** Counts anew. */
export function measureRegion(root: u64, region: Region): void {
  memory.fill(counts, 0, 56);
  for (let at = region.first; at <= region.last;) {
    const slot = nextEntry(root, 2, at, region.last);
    if (slot == 0) return;
    const start = entryStart();
    const level = entryLevel();
    const end = min<u64>(region.last, start | (pageBytesAt(level) - 1));
    const entry = physLoad64(slot);
    if (isLeaf(entry, 2)) measurePage(entry, level, 1, region.backing);
    else measureTable(entry, start, end, region.backing);
    at = end + 1;
  }
}

/** Who shares the table shares its pages. */
function measureTable(directory: u64, first: u64, last: u64, backing: u32): void {
  const table = entryAddress(directory);
  const sharers = frameHolders(Frame.containing(table));
  for (let at = first; at <= last; at += PAGE_BYTES) {
    const entry = physLoad64(entrySlot(table, at, 1));
    if (isPresent(entry)) measurePage(entry, 1, sharers, backing);
  }
}

function measurePage(entry: u64, level: u32, sharers: u32, backing: u32): void {
  const isForeign = (entry & Pte.FOREIGN) != 0;
  // The page of zeros, and a device's memory.
  if (isForeign && backing == Backing.ZEROS) return;
  const bytes = pageBytesAt(level);
  const holders: u64 = isForeign
    ? 1
    : <u64>sharers + <u64>frameHolders(Frame.containing(leafAddress(entry, level))) - 1;
  const isShared = holders > 1 || (isForeign && backing != Backing.MESSAGE_BUFFER);
  const isDirty = (entry & Pte.DIRTY) != 0;
  if (isShared) add(isDirty ? RegionCounter.SHARED_DIRTY : RegionCounter.SHARED_CLEAN, bytes);
  else add(isDirty ? RegionCounter.PRIVATE_DIRTY : RegionCounter.PRIVATE_CLEAN, bytes);
  if ((entry & Pte.ACCESSED) != 0) add(RegionCounter.REFERENCED, bytes);
  if (level > 1) add(RegionCounter.LARGE, bytes);
  if (!isForeign || !isShared) add(RegionCounter.PROPORTIONAL, bytes / holders);
}

/** Tables of a space, its root included; those that it shares, too. */
export function tablesOf(root: u64): u64 {
  return tablesBelow(<PhysAddr>root, ROOT_LEVEL, PAGE_BYTES / 2);
}

function tablesBelow(table: PhysAddr, level: u32, bytes: u64): u64 {
  let count: u64 = 1;
  for (let offset: u64 = 0; level > 1 && offset < bytes; offset += 8) {
    const entry = physLoad64(table + offset);
    if (isPresent(entry) && !isLeaf(entry, level)) count += tablesBelow(entryAddress(entry), level - 1, PAGE_BYTES);
  }
  return count;
}
