import { frameCopyStreaming, physExchange64, physLoad64, physStore64 } from "platform";
import { PhysAddr } from "../address/addr";
import { isAligned, LARGE_BYTES, PAGE_BYTES } from "../address/pages";
import { allocateBlock } from "../frames/allocator";
import { Frame } from "../frames/frame";
import { FrameOwner } from "../frames/owners";
import { entryAddress, isLeaf, isPresent, leafAt, Pte } from "../paging/pte";
import { entryOf, isSharedTable } from "../paging/user-tables";
import { beginFlush, finishFlush, noteAllPages, noteFrame } from "../tlb/gather";
import { RecordKind } from "../trace/records";
import { trace } from "../trace/trace";
import { fitsLarge } from "./populate";
import { findRegion, Space } from "./space";
import { hasColours } from "./user-frames";

/**
 * Large pages out of 512 small ones that are alike and the task's alone: where they lie in a row already, as after a large page was
 * split, or by copying them into a block. Tried when a fault fills the last gap of a page table, and where a change of rights may
 * have made both sides alike again.
 */

const AREA_ORDER: u32 = 9;
/** What processors set. */
const TOUCHED: u64 = 96;
if (TOUCHED != (Pte.ACCESSED | Pte.DIRTY)) ERROR("TOUCHED");
/** What may differ between pages that become one. */
const OWN_BITS: u64 = Pte.ADDRESS | Pte.ACCESSED | Pte.DIRTY;

/** Do the frames of the table that `areAlike` looked through lie in a row? */
let isInRow: bool = false;

/** Makes the stretch around `address` a large page, if it can be one. Nothing is lost when it cannot. */
export function promoteAround(space: Space, address: u64): void {
  const region = findRegion(space, address);
  if (region == null || region.source != 0 || hasColours(space) || !fitsLarge(address, region.first, region.last))
    return;
  const slot = entryOf(space.root, address, 2);
  if (slot == 0) return;
  const entry = physLoad64(slot);
  if (!isPresent(entry) || isLeaf(entry, 2) || isSharedTable(entry)) return;
  const table = entryAddress(entry);
  if (areAlike(table)) promote(space, slot, table, address & ~(LARGE_BYTES - 1));
}

/** Could the fault that has just filled the entry at `slot` have filled the last gap? Its neighbours tell, nearly always. */
export function mayBeFull(slot: PhysAddr): bool {
  const table = slot & ~(PAGE_BYTES - 1);
  const next = table | ((slot + 8) & (PAGE_BYTES - 1));
  const before = table | ((slot - 8) & (PAGE_BYTES - 1));
  return isPresent(physLoad64(next)) && isPresent(physLoad64(before));
}

function areAlike(table: PhysAddr): bool {
  const first = physLoad64(table);
  const wanted = first & ~OWN_BITS;
  if ((wanted & (Pte.PRESENT | Pte.OWNED)) != (Pte.PRESENT | Pte.OWNED)) return false;
  isInRow = isAligned(entryAddress(first), LARGE_BYTES);
  for (let offset: u64 = 0; offset < PAGE_BYTES; offset += 8) {
    const entry = physLoad64(table + offset);
    if ((entry & ~OWN_BITS) != wanted) return false;
    if (entryAddress(entry) != entryAddress(first) + offset * (PAGE_BYTES / 8)) isInRow = false;
  }
  return true;
}

/** Size and frames never change in one write: first nothing is mapped, and no CPU remembers (SDM-CHECKLIST 40). */
function promote(space: Space, slot: PhysAddr, table: PhysAddr, at: u64): void {
  const first = physLoad64(table);
  const block = isInRow ? Frame.containing(entryAddress(first)) : allocateBlock(AREA_ORDER, FrameOwner.USER);
  if (block.isNone) return;
  physExchange64(slot, 0);
  beginFlush(space);
  noteAllPages();
  finishFlush();
  if (!isInRow) moveInto(block, table);
  physStore64(slot, block.address | leafAt(first & ~OWN_BITS, 2) | touchedIn(table));
  giveBackTable(space, table);
  trace(RecordKind.PROMOTED, at, block.number, 0);
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
  noteFrame(Frame.containing(table));
  finishFlush();
}
