import { physAnd64, physLoad64, physStore64 } from "platform";
import { PhysAddr } from "../address/addr";
import { PAGE_BYTES } from "../address/pages";
import { Frame } from "../frames/frame";
import { shareRow } from "../frames/runs";
import { isHeldAlone } from "../frames/sharing";
import { entryAddress, isPresent, Pte } from "../paging/pte";
import { makeTable } from "../paging/table-owner";
import { installTable, isSharedTable } from "../paging/user-tables";
import { beginFlush, finishFlush, noteAllPages, noteFrame, noteStructures } from "../tlb/gather";
import { Translations } from "../tlb/translations";

/**
 * The page table of the level-2 entry at `slot`, which maps no large page, as one that may be changed: made if there is none, and the
 * space's own if it was shared. 0 when no frame is left; nothing has changed then. Not within a flush.
 */
export function ownTable(space: Translations, slot: PhysAddr): PhysAddr {
  const entry = physLoad64(slot);
  if (!isPresent(entry)) return installTable(slot, makeTable(space));
  return isSharedTable(entry) ? unshareTable(space, slot, entryAddress(entry)) : entryAddress(entry);
}

/** The last sharer keeps the table; any other gets a copy. What both map is nobody's alone any more. */
function unshareTable(space: Translations, slot: PhysAddr, table: PhysAddr): PhysAddr {
  const frame = Frame.containing(table);
  if (isHeldAlone(frame)) return installTable(slot, table);
  const copy = makeTable(space);
  if (copy == 0) return copy;
  shareEntries(table, copy);
  installTable(slot, copy);
  forgetTable(space, frame);
  return copy;
}

/**
 * The others may free the table at any time: first nobody may remember that this space's entry led there. All pages, since a processor
 * may have set A in the table after it was copied: the copy does not say that the page is cached.
 */
function forgetTable(space: Translations, table: Frame): void {
  beginFlush(space);
  noteAllPages();
  noteStructures();
  noteFrame(table);
  finishFlush();
}

/**
 * Gives `copy` all that `table` maps, as both spaces have it from now on. Sharing needs no flush: no sharer could write through it before.
 * Frames are counted by rows, in which those of a range mostly lie.
 */
function shareEntries(table: PhysAddr, copy: PhysAddr): void {
  let first: u64 = 0;
  let end: u64 = 0;
  for (let offset: u64 = 0; offset < PAGE_BYTES; offset += 8) {
    const entry = physLoad64(table + offset);
    if (!isPresent(entry)) continue;
    physStore64(copy + offset, shareEntry(<PhysAddr>(table + offset), entry));
    if ((entry & Pte.FOREIGN) != 0) continue;
    if (entryAddress(entry) != end) {
      shareBetween(first, end);
      first = entryAddress(entry);
      end = first;
    }
    end += PAGE_BYTES;
  }
  shareBetween(first, end);
}

function shareBetween(first: u64, end: u64): void {
  shareRow(Frame.containing(<PhysAddr>first), <u32>((end - first) / PAGE_BYTES));
}

/** The entry as both have it. */
function shareEntry(slot: PhysAddr, entry: u64): u64 {
  if ((entry & Pte.FOREIGN) != 0 || (entry & ALONE) == 0) return entry;
  // A sharer that runs elsewhere may have A set meanwhile: it must not be lost, since what was never accessed is not flushed.
  physAnd64(slot, ~ALONE);
  return entry & ~ALONE;
}

/** What the entry of a page that is nobody's alone does not have. */
const ALONE: u64 = 514;
if (ALONE != (Pte.WRITE | Pte.OWNED)) ERROR("ALONE");
