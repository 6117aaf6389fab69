import { frameCopy, invalidatePage, physLoad64, physOr64, physStore64 } from "platform";
import { PhysAddr } from "../address/addr";
import { PAGE_BYTES } from "../address/pages";
import { Frame } from "../frames/frame";
import { Holders, isHeldAlone, lookAtHolders } from "../frames/sharing";
import { entryFrame, entrySlot, isLeaf, isPresent, Pte } from "../paging/pte";
import { makeDirectoryEntry, ownPageSlot, splitHuge, splitLarge } from "../paging/user-tables";
import { flushPage, flushPageOf } from "../tlb/gather";
import { RecordKind } from "../trace/records";
import { trace } from "../trace/trace";
import { Answer } from "./answers";
import { mapBacked, writeBacked } from "./backing";
import { FaultBit } from "./fault-bits";
import { ownTable } from "./own-table";
import { pageFlags } from "./pages";
import { fitsPage, FRESH, freshEntry, mapBlock } from "./populate";
import { mayBeFull, promoteAround } from "./promote";
import { Backing, Region, Right } from "./region";
import { findRegion, Space } from "./space";
import { hasColours, userFrame, userFrameToFill } from "./user-frames";
import { zeroPage } from "./zero-page";

/** Slow ways are called through variables, so that the quick ones do not save registers for them: frames/allocator.ts. */
let copySlowly: (space: Space, region: Region, slot: PhysAddr, from: Frame, page: u64) => u32 = copy;
let lookAgainSlowly: (space: Space, region: Region, slot: PhysAddr, frame: Frame, page: u64) => u32 = lookAgain;
let replaceForeignSlowly: (space: Space, region: Region, slot: PhysAddr, page: u64) => u32 = replaceForeign;
let mapBackedSlowly: (space: Space, slot: PhysAddr, region: Region, page: u64, isWrite: bool) => u32 = mapBacked;
let answerAboveSlowly: (space: Space, region: Region, error: u64, address: u64) => u32 = answerAbove;
copySlowly = copy;
lookAgainSlowly = lookAgain;
replaceForeignSlowly = replaceForeign;
mapBackedSlowly = mapBacked;
answerAboveSlowly = answerAbove;

/**
 * Answers a page fault of a user's access:
 *
 *     nothing there, first read     the page of zeros, read-only
 *     nothing there, first write    a zeroed frame, or a page of 2 MiB where the region has room for one; never one of 1 GiB, which
 *                                   would be zeroed for a tenth of a second while all wait: that is for who asks to populate
 *     read-only, but the region is writable:
 *       others hold the frame       a copy of it
 *       nobody else does (any more) the frame itself, written in place
 *     allowed by the tables         nothing: an old translation was in the way (SDM 3A 4.10.4.3)
 *
 * `error` is the fault's error code (SDM 3A 4.7).
 */
export function answerPageFault(space: Space, error: u64, address: u64): u32 {
  const region = findRegion(space, address);
  if (region == null || (region.rights & wantedRight(error)) == 0) return Answer.REFUSED;
  const slot = ownPageSlot(space.root, address);
  if (slot == 0) return answerAboveSlowly(space, region, error, address);
  return answerPage(space, region, slot, error, address & ~(PAGE_BYTES - 1));
}

/** Where the space has no page table of its own yet. */
function answerAbove(space: Space, region: Region, error: u64, address: u64): u32 {
  const directory = makeDirectoryEntry(space, address);
  if (directory == 0) return Answer.NO_MEMORY;
  const entry = physLoad64(directory);
  if (!isPresent(entry) && !hasColours(space) && mayBeLarge(region, error, address)) {
    if (mapBlock(space, directory, 2, pageFlags(region.rights) | FRESH)) return Answer.ANSWERED;
  }
  if (isPresent(entry) && isLeaf(entry, 2)) return answerLarge(space, region, directory, error, address);
  return answerSmall(space, region, directory, error, address & ~(PAGE_BYTES - 1));
}

function wantedRight(error: u64): u32 {
  if ((error & FaultBit.FETCH) != 0) return Right.EXECUTE;
  return (error & FaultBit.WRITE) != 0 ? Right.WRITE : Right.READ;
}

function mayBeLarge(region: Region, error: u64, address: u64): bool {
  return (
    (error & FaultBit.WRITE) != 0 && region.backing == Backing.ZEROS && fitsPage(address, 2, region.first, region.last)
  );
}

/** A large page that several hold is taken apart, one of 1 GiB twice: the copy is of the page that is written. */
function answerLarge(space: Space, region: Region, directory: PhysAddr, error: u64, address: u64): u32 {
  const isWrite = (error & FaultBit.WRITE) != 0;
  if (!isWrite || (physLoad64(directory) & Pte.WRITE) != 0) return spurious(address);
  const slot = splitHuge(space, address);
  if (slot == 0 || !splitLarge(space, slot, 2)) return Answer.NO_MEMORY;
  return answerSmall(space, region, slot, error, address & ~(PAGE_BYTES - 1));
}

function answerSmall(space: Space, region: Region, directory: PhysAddr, error: u64, page: u64): u32 {
  const table = ownTable(space, directory);
  if (table == 0) return Answer.NO_MEMORY;
  return answerPage(space, region, entrySlot(table, page, 1), error, page);
}


@inline
function answerPage(space: Space, region: Region, slot: PhysAddr, error: u64, page: u64): u32 {
  const entry = physLoad64(slot);
  const isWrite = (error & FaultBit.WRITE) != 0;
  if (!isPresent(entry)) {
    if (region.backing != Backing.ZEROS) return mapBackedSlowly(space, slot, region, page, isWrite);
    return isWrite ? mapFresh(space, slot, region, page) : mapZeros(slot, region);
  }
  if (!isWrite || (entry & Pte.WRITE) != 0) return spurious(page);
  return takeForWriting(space, region, slot, entry, page);
}

function mapFresh(space: Space, slot: PhysAddr, region: Region, page: u64): u32 {
  const frame = userFrame(space);
  if (frame.isNone) return Answer.NO_MEMORY;
  physStore64(slot, freshEntry(frame, pageFlags(region.rights)));
  if (mayBeFull(slot)) promoteAround(space, page);
  return Answer.ANSWERED;
}

function mapZeros(slot: PhysAddr, region: Region): u32 {
  const flags = pageFlags(region.rights) & ~Pte.WRITE;
  physStore64(slot, zeroPage().address | flags | Pte.PRESENT | Pte.FOREIGN);
  return Answer.ANSWERED;
}

/** The tables allow it: at most once an address after they have come to allow more. */
function spurious(address: u64): u32 {
  invalidatePage(address);
  return Answer.ANSWERED;
}

function takeForWriting(space: Space, region: Region, slot: PhysAddr, entry: u64, page: u64): u32 {
  if ((entry & Pte.FOREIGN) != 0) return replaceForeignSlowly(space, region, slot, page);
  const frame = entryFrame(entry);
  if ((entry & Pte.OWNED) != 0) return reuse(slot, frame, page);
  const holders = lookAtHolders(frame);
  if (holders == Holders.ALONE) return reuse(slot, frame, page);
  if (holders == Holders.SEVERAL) return copySlowly(space, region, slot, frame, page);
  return lookAgainSlowly(space, region, slot, frame, page);
}

/** Where a quick look at the frame's holders did not tell. */
function lookAgain(space: Space, region: Region, slot: PhysAddr, frame: Frame, page: u64): u32 {
  return isHeldAlone(frame) ? reuse(slot, frame, page) : copy(space, region, slot, frame, page);
}

/** The last holder writes in place. What grants more needs no flush, but here: the processor that faulted has the old one. */
function reuse(slot: PhysAddr, frame: Frame, page: u64): u32 {
  physOr64(slot, Pte.WRITE | Pte.OWNED);
  invalidatePage(page);
  trace(RecordKind.REUSED, page, frame.number, 0);
  return Answer.ANSWERED;
}

function copy(space: Space, region: Region, slot: PhysAddr, from: Frame, page: u64): u32 {
  const frame = userFrameToFill(space);
  if (frame.isNone) return Answer.NO_MEMORY;
  frameCopy(frame.address, from.address);
  // The old entry was read-only: no D bit can be lost.
  physStore64(slot, freshEntry(frame, pageFlags(region.rights)));
  flushPageOf(space, page, from);
  trace(RecordKind.COPIED, page, from.number, frame.number);
  return Answer.ANSWERED;
}

/** A page of nobody's to count: of zeros, or of an object or an image. */
function replaceForeign(space: Space, region: Region, slot: PhysAddr, page: u64): u32 {
  return region.backing == Backing.ZEROS
    ? replaceZeros(space, region, slot, page)
    : writeBacked(space, slot, region, page);
}

function replaceZeros(space: Space, region: Region, slot: PhysAddr, page: u64): u32 {
  const frame = userFrame(space);
  if (frame.isNone) return Answer.NO_MEMORY;
  physStore64(slot, freshEntry(frame, pageFlags(region.rights)));
  flushPage(space, page);
  return Answer.ANSWERED;
}
