import { physAnd64, physCompareExchange64, physLoad64 } from "platform";
import { PhysAddr } from "../address/addr";
import { NULL_ZONE_BYTES, USER_LAST } from "../address/layout";
import { PAGE_BYTES } from "../address/pages";
import { countManyHere } from "../cpu/counts";
import { entryAddress, isLeaf, isPresent, pageBytesAt, Pte, ROOT_LEVEL } from "../paging/pte";
import { entryLevel, entryStart, isSharedTable, nextEntry } from "../paging/user-tables";
import { beginFlush, finishFlush, noteAllPages, noteStructures, noteTable } from "../tlb/gather";
import { CpuEvent } from "../trace/counters";
import { RecordKind } from "../trace/records";
import { trace } from "../trace/trace";
import { Space } from "./space";

/**
 * What a space can do without when memory is short: tables that say nothing that a fault would not find out again. A page table whose
 * pages are all of zeros, or of a program's file, or none; a higher one that leads nowhere. Not those that spaces share, which cost each of them little.
 *
 * By the A bit of the entry that leads to the table: a table that was walked since somebody looked last stays, and its A is cleared; one that was
 * not goes. Clearing A without a flush would be allowed (SDM 3A 4.8), and the age coarse: a processor may know the table without looking.
 * With the flush, what is walked says so, and the age is the same on both machines, whatever their TLBs keep.
 *
 * The task may run on another CPU meanwhile, which sets A and nothing else, as pages of zeros are read-only and the kernel's lock is held.
 */

/** How many tables this sweep has taken. */
let taken: u32 = 0;

/** Frees up to `wanted` tables of the space; returns how many. Not within a flush, nor while something of the space is under way. */
export function reclaimTables(space: Space, wanted: u32): u32 {
  taken = 0;
  beginFlush(space);
  // From below, so that a table that has become empty is seen to be.
  for (let level: u32 = 2; level <= ROOT_LEVEL; level++) sweep(space.root, level, wanted);
  finishFlush();
  countManyHere(CpuEvent.TABLES_RECLAIMED, taken);
  return taken;
}

/** All entries of one level. */
function sweep(root: u64, level: u32, wanted: u32): void {
  let from = NULL_ZONE_BYTES;
  while (from < USER_LAST && taken < wanted) {
    const slot = nextEntry(root, level, from, USER_LAST);
    if (slot == 0) return;
    from = (entryStart() | (pageBytesAt(entryLevel()) - 1)) + 1;
    if (entryLevel() == level) visit(slot, level);
  }
}

function visit(slot: PhysAddr, level: u32): void {
  const entry = physLoad64(slot);
  if (isLeaf(entry, level) || isSharedTable(entry)) return;
  // Without a look into the table: of those in use there are many, and what they say does not matter.
  if ((entry & Pte.ACCESSED) != 0) spare(slot);
  else if (isExpendable(entryAddress(entry), level) && take(slot, entry))
    trace(RecordKind.RECLAIMED, entryStart(), level, 0);
}

/** Its second chance. */
function spare(slot: PhysAddr): void {
  physAnd64(slot, ~Pte.ACCESSED);
  noteAllPages();
}

/** False when another CPU has walked the table since `entry` was read: then it stays. */
function take(slot: PhysAddr, entry: u64): bool {
  if (physCompareExchange64(slot, entry, 0) != entry) return false;
  noteAllPages();
  noteStructures();
  noteTable(entryAddress(entry));
  taken += 1;
  return true;
}

/** Would faults make it again as it is? `level` is that of the entry that leads to it. */
function isExpendable(table: PhysAddr, level: u32): bool {
  for (let offset: u64 = 0; offset < PAGE_BYTES; offset += 8) {
    const entry = physLoad64(table + offset);
    if (isPresent(entry) && (level != 2 || !isSupplied(entry))) return false;
  }
  return true;
}

/** The page of zeros, or one of an image or an object: those that are FOREIGN and the mapping's to write are not looked for again. */
function isSupplied(entry: u64): bool {
  return (entry & (Pte.FOREIGN | Pte.OWNED)) == Pte.FOREIGN;
}
