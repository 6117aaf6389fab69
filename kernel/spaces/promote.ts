import { frameCopyStreaming, physExchange64, physLoad64, physStore64 } from "platform";
import { PhysAddr } from "../address/addr";
import { alignDown, isAligned, PAGE_BYTES } from "../address/pages";
import { Frame } from "../frames/frame";
import { hasHugePages } from "../paging/features";
import { blockOrder, entryAddress, isLeaf, isPresent, leafAddress, leafAt, pageBytesAt, Pte } from "../paging/pte";
import { entryOf, isSharedTable } from "../paging/user-tables";
import { beginFlush, finishFlush, noteAllPages, noteFrame, noteStructures, noteTable } from "../tlb/gather";
import { RecordKind } from "../trace/records";
import { trace } from "../trace/trace";
import { countedBlock } from "./counted-frames";
import { fitsPage } from "./populate";
import { Backing } from "./region";
import { findRegion, Space } from "./space";
import { hasColours } from "./user-frames";

/**
 * Large pages out of 512 smaller ones that are alike and the task's alone. 2 MiB: where they lie in a row already, as after a large page was
 * split, or by copying them into a block. 1 GiB: only where they lie in a row, since nobody would wait for the copy. Tried when a fault
 * fills the last gap of a page table, and where a change of rights may have made both sides alike again.
 */

/** What processors set. */
const TOUCHED: u64 = 96;
if (TOUCHED != (Pte.ACCESSED | Pte.DIRTY)) ERROR("TOUCHED");
/** What may differ between pages that become one: not how they are cached. Bit 12 is PAT where pages are larger than 4 KiB. */
const OWN_BITS: u64 = Pte.ADDRESS | TOUCHED;
const OWN_LARGE_BITS: u64 = (Pte.ADDRESS & ~Pte.LARGE_PAT) | TOUCHED;

/** Of the table that `areAlike` looked through: whether its frames lie in a row, where a larger page may begin. */
let isInRow: bool = false;

/** Makes the stretch around `address` a large page, and then a larger one, if it can be. Nothing is lost when it cannot. */
export function promoteAround(space: Space, address: u64): void {
  const region = findRegion(space, address);
  if (region == null || region.backing != Backing.ZEROS || hasColours(space)) return;
  const largest: u32 = hasHugePages() ? 3 : 2;
  for (let level: u32 = 2; level <= largest && fitsPage(address, level, region.first, region.last); level++) {
    if (!isOnePage(space, address, level)) return;
  }
}

/** Is the stretch around `address` that an entry of `level` covers one page, now at the latest? */
function isOnePage(space: Space, address: u64, level: u32): bool {
  const slot = entryOf(space.root, address, level);
  if (slot == 0) return false;
  const entry = physLoad64(slot);
  if (isLeaf(entry, level)) return true;
  if (!isPresent(entry) || isSharedTable(entry)) return false;
  const table = entryAddress(entry);
  return areAlike(table, level) && mayMove(table, level) && promote(space, slot, table, address, level);
}

/** Could the fault that has just filled the entry at `slot` have filled the last gap? Its neighbours tell, nearly always. */
export function mayBeFull(slot: PhysAddr): bool {
  const table = slot & ~(PAGE_BYTES - 1);
  const next = table | ((slot + 8) & (PAGE_BYTES - 1));
  const before = table | ((slot - 8) & (PAGE_BYTES - 1));
  return isPresent(physLoad64(next)) && isPresent(physLoad64(before));
}

/** Might the pages in `table`, which an entry of `level` leads to, be one? */
function areAlike(table: PhysAddr, level: u32): bool {
  const first = physLoad64(table);
  const kept = ~ownBits(level);
  const wanted = first & kept;
  const isWhole = (first & (Pte.PRESENT | Pte.OWNED)) == (Pte.PRESENT | Pte.OWNED) && isLeaf(first, level - 1);
  if (!isWhole) return false;
  let next = leafAddress(first, level - 1);
  isInRow = isAligned(next, pageBytesAt(level));
  for (let offset: u64 = 0; offset < PAGE_BYTES; offset += 8) {
    const entry = physLoad64(table + offset);
    if ((entry & kept) != wanted) return false;
    if (leafAddress(entry, level - 1) != next) isInRow = false;
    next = <PhysAddr>(next + pageBytesAt(level - 1));
  }
  return true;
}

function ownBits(level: u32): u64 {
  return level == 2 ? OWN_BITS : OWN_LARGE_BITS;
}

/** In a row, nothing need move. Devices' memory never does, and 1 GiB is too much. */
function mayMove(table: PhysAddr, level: u32): bool {
  return isInRow || (level == 2 && (physLoad64(table) & Pte.FOREIGN) == 0);
}

/** Size and frames never change in one write: first nothing is mapped, and no CPU remembers (SDM-CHECKLIST 40). False without a block, as when the quota does not allow both for a moment. */
function promote(space: Space, slot: PhysAddr, table: PhysAddr, address: u64, level: u32): bool {
  const first = physLoad64(table);
  const row = Frame.containing(leafAddress(first, level - 1));
  const block = isInRow ? row : countedBlock(space.quota, blockOrder(level));
  if (block.isNone) return false;
  physExchange64(slot, 0);
  beginFlush(space);
  noteAllPages();
  noteStructures();
  finishFlush();
  if (!isInRow) moveInto(block, table);
  const flags = first & ~ownBits(level);
  physStore64(slot, block.address | (level == 2 ? leafAt(flags, 2) : flags) | touchedIn(table));
  giveBackTable(space, table);
  trace(RecordKind.PROMOTED, alignDown(address, pageBytesAt(level)), block.number, 0);
  return true;
}

/** A and D of all pages together, once no processor knows the table: before, one might set them after they were read. */
function touchedIn(table: PhysAddr): u64 {
  let bits: u64 = 0;
  for (let offset: u64 = 0; offset < PAGE_BYTES; offset += 8) bits |= physLoad64(table + offset);
  return bits & TOUCHED;
}

/** 2 MiB: past the caches, which it would empty of all else. */
function moveInto(block: Frame, table: PhysAddr): void {
  for (let offset: u64 = 0; offset < PAGE_BYTES; offset += 8) {
    frameCopyStreaming(block.address + offset * (PAGE_BYTES / 8), entryAddress(physLoad64(table + offset)));
  }
}

function giveBackTable(space: Space, table: PhysAddr): void {
  beginFlush(space);
  if (!isInRow) {
    for (let offset: u64 = 0; offset < PAGE_BYTES; offset += 8) {
      noteFrame(Frame.containing(entryAddress(physLoad64(table + offset))));
    }
  }
  noteTable(table);
  finishFlush();
}
