import { frameCopy, invalidatePage, physOr64, physStore64 } from "platform";
import { PhysAddr } from "../address/addr";
import { Frame } from "../frames/frame";
import { Handle } from "../objects/handle";
import { Pte } from "../paging/pte";
import { flushPage } from "../tlb/gather";
import { RecordKind } from "../trace/records";
import { trace } from "../trace/trace";
import { Answer } from "./answers";
import { markDirty, MemoryObject, objectPage, PageWord } from "./memory-object";
import { ensureMessageBuffer } from "./message-buffer";
import { pageFlags } from "./pages";
import { freshEntry } from "./populate";
import { Backing, Region } from "./region";
import { Space } from "./space";
import { userFrameToFill } from "./user-frames";

/** Pages that are not the mapping's own: a message buffer's, an object's, a program file's. Whoever maps them does not count as a holder of their frames. */

/** Writable as soon as the region allows it. */
const OPEN_BITS: u64 = 1537;
if (OPEN_BITS != (Pte.PRESENT | Pte.OWNED | Pte.FOREIGN)) ERROR("OPEN_BITS");
/** Read-only, whatever the region allows: the first write is a fault. */
const CLOSED_BITS: u64 = 1025;
if (CLOSED_BITS != (Pte.PRESENT | Pte.FOREIGN)) ERROR("CLOSED_BITS");

/** Maps, by the empty entry at `slot`, what the region has at `page`. An Answer. */
export function mapBacked(space: Space, slot: PhysAddr, region: Region, page: u64, isWrite: bool): u32 {
  if (region.backing == Backing.MESSAGE_BUFFER) return mapMessageBuffer(space, slot, region);
  if (region.backing == Backing.IMAGE) return mapImage(space, slot, region, page, isWrite);
  const memory = objectOf(region);
  const offset = offsetOf(region, page);
  const word = objectPage(memory, offset);
  if (word == 0) return memory.pager == null ? Answer.NO_MEMORY : Answer.ABSENT;
  const address = word & PageWord.ADDRESS;
  if (region.backing == Backing.COPIES) {
    if (isWrite) return mapCopy(space, slot, region, page, address);
    physStore64(slot, closedEntry(address, region));
    return Answer.ANSWERED;
  }
  if (memory.pager != null && isWrite) markDirty(memory, offset);
  const mayBeOpen = memory.pager == null || isWrite || (word & PageWord.DIRTY) != 0;
  physStore64(slot, mayBeOpen ? openEntry(address, region) : closedEntry(address, region));
  return Answer.ANSWERED;
}

/** The first write of such a page that the region allows, and its entry at `slot`, so far, does not. An Answer. */
export function writeBacked(space: Space, slot: PhysAddr, region: Region, page: u64): u32 {
  if (region.backing == Backing.IMAGE) return replaceByCopy(space, slot, region, page, offsetOf(region, page));
  const memory = objectOf(region);
  const offset = offsetOf(region, page);
  if (region.backing == Backing.COPIES) return replaceByCopy(space, slot, region, page, objectPage(memory, offset));
  markDirty(memory, offset);
  physOr64(slot, Pte.WRITE | Pte.OWNED);
  invalidatePage(page);
  return Answer.ANSWERED;
}

function mapImage(space: Space, slot: PhysAddr, region: Region, page: u64, isWrite: bool): u32 {
  if (isWrite) return mapCopy(space, slot, region, page, offsetOf(region, page));
  physStore64(slot, imageEntry(region, page));
  return Answer.ANSWERED;
}

/** What maps the page at `page` of a region whose backing is an image. */
export function imageEntry(region: Region, page: u64): u64 {
  return closedEntry(offsetOf(region, page), region);
}

function mapMessageBuffer(space: Space, slot: PhysAddr, region: Region): u32 {
  if (!ensureMessageBuffer(space)) return Answer.NO_MEMORY;
  physStore64(slot, openEntry(space.message, region));
  return Answer.ANSWERED;
}

function replaceByCopy(space: Space, slot: PhysAddr, region: Region, page: u64, word: u64): u32 {
  const answer = mapCopy(space, slot, region, page, word & PageWord.ADDRESS);
  if (answer == Answer.ANSWERED) flushPage(space, page);
  return answer;
}

/** A copy of the object's or the file's page at `from`, in place of the page itself or of nothing: that does not change. */
function mapCopy(space: Space, slot: PhysAddr, region: Region, page: u64, from: u64): u32 {
  const frame = userFrameToFill(space);
  if (frame.isNone) return Answer.NO_MEMORY;
  frameCopy(frame.address, <PhysAddr>from);
  physStore64(slot, freshEntry(frame, pageFlags(region.rights)));
  trace(RecordKind.COPIED, page, Frame.containing(<PhysAddr>from).number, frame.number);
  return Answer.ANSWERED;
}

function openEntry(frame: u64, region: Region): u64 {
  return frame | pageFlags(region.rights) | OPEN_BITS;
}

function closedEntry(frame: u64, region: Region): u64 {
  return frame | (pageFlags(region.rights) & ~Pte.WRITE) | CLOSED_BITS;
}

/** The object that a region was mapped from, by a handle. */
export function objectOf(region: Region): MemoryObject {
  return changetype<MemoryObject>(changetype<Handle>(region.source).object);
}

/** Where `page`, of such a region, lies in its object; of an image where in physical memory. */
export function offsetOf(region: Region, page: u64): u64 {
  return region.offset + (page - region.first);
}
