import { frameZero } from "platform";
import { PAGE_SHIFT } from "../address/pages";
import { RecordKind } from "../trace/records";
import { trace } from "../trace/trace";
import { countMove, freeFrames } from "./counts";
import { FrameError, frameRefusal } from "./errors";
import { Frame } from "./frame";
import { FrameOwner, isAllocatable } from "./owners";
import { findSpan, NO_SPAN, ordinalOf, spanEnd } from "./spans";
import { foundFrame, highestFree, highestFreeBlock, noBlock, noteFree } from "./search";
import { fillOwners, isKnownZero, KNOWN_ZERO, markFree, markTaken, ownerAt } from "./table";

/**
 * The first frame allocator: a bitmap, searched from the top. Frames are zero when handed out, and zeroed when they come back, so that
 * nothing of one owner is seen by the next. One CPU: nothing here is locked.
 */

export { frameTableAddress, frameTableBytes, reclaimLoaderMemory, WORKING_BYTES } from "./bring-up";
export { freeFrames, ownedFrames, reservedFrames, totalFrames, usedFrames } from "./counts";
export { FrameError, frameErrorFound, frameErrorNeeded, frameErrorText } from "./errors";
export { FrameOwner, ownerName } from "./owners";
export { validate } from "./validate";

/** The largest block is 2^18 frames: 1 GiB. */
export const MAX_ORDER: u32 = 18;

/** One zeroed frame for `owner`, or `Frame.none()` when there is none. `owner` must be one that frames are allocated for. */
export function allocateFrame(owner: u32): Frame {
  assert(isAllocatable(owner), "frames are not allocated for this owner");
  if (freeFrames() == 0) return Frame.none();
  const ordinal = highestFree();
  return handOut(ordinal, foundFrame(ordinal), 0, owner);
}

/** 2^order zeroed frames in a row, the first a multiple of 2^order; `Frame.none()` when there is no such block. */
export function allocateBlock(order: u32, owner: u32): Frame {
  assert(isAllocatable(owner), "frames are not allocated for this owner");
  const size: u64 = (<u64>1) << ((<u64>order) & 63);
  if (order > MAX_ORDER || freeFrames() < size) return Frame.none();
  const ordinal = highestFreeBlock(size);
  if (ordinal == noBlock()) return Frame.none();
  return handOut(ordinal, foundFrame(ordinal), order, owner);
}

function handOut(ordinal: u64, first: u32, order: u32, owner: u32): Frame {
  const size: u64 = (<u64>1) << (<u64>order);
  for (let i: u64 = 0; i < size; i++) {
    if (!isKnownZero(ordinal + i)) frameZero((<u64>first + i) << PAGE_SHIFT);
  }
  markTaken(ordinal, size);
  fillOwners(ordinal, size, owner);
  countMove(FrameOwner.FREE, owner, size);
  trace(RecordKind.FRAME_ALLOCATED, first, order, owner);
  return Frame.of(first);
}

/** Gives one frame back. Returns a FrameError; unless it is NONE, nothing has changed. */
export function freeFrame(frame: Frame): u32 {
  return freeBlock(frame, 0);
}

/** Gives 2^order frames back, which need not have been allocated together. Returns a FrameError; unless NONE, nothing has changed. */
export function freeBlock(first: Frame, order: u32): u32 {
  const refusal = checkFree(first.number, order);
  if (refusal != FrameError.NONE) return refusal;
  takeBack(first.number, order);
  return FrameError.NONE;
}

function checkFree(first: u32, order: u32): u32 {
  if (order > MAX_ORDER) return frameRefusal(FrameError.BAD_ORDER, order, MAX_ORDER);
  const size: u32 = 1 << order;
  if ((first & (size - 1)) != 0) return frameRefusal(FrameError.MISALIGNED, first, 0);
  const span = findSpan(first);
  for (let i: u32 = 0; i < size; i++) {
    const error = checkFreeOne(span, first, first + i);
    if (error != FrameError.NONE) return frameRefusal(error, first + i, 0);
  }
  return FrameError.NONE;
}

/** May `frame` be freed, as part of a block that starts at `first`, in `span`? */
function checkFreeOne(span: u32, first: u32, frame: u32): u32 {
  if (span == NO_SPAN || frame >= spanEnd(span)) return FrameError.OUTSIDE_RAM;
  const owner = ownerAt(ordinalOf(span, frame));
  if (owner == FrameOwner.FREE) return FrameError.DOUBLE_FREE;
  if (!isAllocatable(owner)) return FrameError.RESERVED;
  return owner == ownerAt(ordinalOf(span, first)) ? FrameError.NONE : FrameError.MIXED_OWNERS;
}

function takeBack(first: u32, order: u32): void {
  const size: u64 = (<u64>1) << (<u64>order);
  const ordinal = ordinalOf(findSpan(first), first);
  const owner = ownerAt(ordinal);
  for (let i: u64 = 0; i < size; i++) frameZero((<u64>first + i) << PAGE_SHIFT);
  markFree(ordinal, size);
  fillOwners(ordinal, size, FrameOwner.FREE | KNOWN_ZERO);
  countMove(owner, FrameOwner.FREE, size);
  noteFree(<u32>((ordinal + size - 1) >> 6));
  trace(RecordKind.FRAME_FREED, first, order, owner);
}

/** Who holds `frame`: a FrameOwner, HOLE when it is no RAM. */
export function frameOwner(frame: Frame): u32 {
  const span = findSpan(frame.number);
  return span == NO_SPAN ? FrameOwner.HOLE : ownerAt(ordinalOf(span, frame.number));
}
