import { PAGE_SHIFT } from "../address/pages";
import { frameTableAddress, frameTableBytes, isLoaderReclaimed } from "./bring-up";
import { ownedFrames } from "./counts";
import { FrameError, frameRefusal } from "./errors";
import { extentCount, extentEnd, extentFirst, extentOwner } from "./extents";
import { FrameOwner, isAllocatable, isReserved, OWNER_COUNT } from "./owners";
import { searchCursor } from "./search";
import { findSpan, ordinalOf, spanCount, spanEnd, spanEndWord, spanFirst, spanFirstWord } from "./spans";
import { isTaken, ownerAt } from "./table";

/**
 * Looks at every frame and counts again:
 * 1. bitmap and owner agree, and no free frame lies above the search's cursor;
 * 2. what was reserved by the memory map is still, with the same owner; what was free is free, allocated, or the frame table;
 * 3. the padding between spans is no RAM;
 * 4. the frames of each owner are as many as its count says.
 *
 * Returns NONE or the first FrameError found. Takes time in proportion to RAM: for tests.
 */
export function validate(): u32 {
  forgetSeen();
  for (let i: u32 = 0; i < extentCount(); i++) {
    const error = validateExtent(i);
    if (error != FrameError.NONE) return error;
  }
  for (let span: u32 = 0; span < spanCount(); span++) {
    const error = validatePadding(span);
    if (error != FrameError.NONE) return error;
  }
  return compareCounts();
}

const seen = memory.data(512, 8);

function forgetSeen(): void {
  for (let owner: usize = 0; owner < <usize>OWNER_COUNT; owner++) store<u64>(seen + (owner << 3), 0);
}

function compareCounts(): u32 {
  for (let owner: u32 = 0; owner < OWNER_COUNT; owner++) {
    if (load<u64>(seen + (<usize>owner << 3)) != ownedFrames(owner)) {
      return frameRefusal(FrameError.COUNT_WRONG, owner, 0);
    }
  }
  return FrameError.NONE;
}

function validateExtent(index: u32): u32 {
  const first = extentFirst(index);
  const span = findSpan(first);
  let allowed = extentOwner(index);
  if (allowed == FrameOwner.LOADER && isLoaderReclaimed()) allowed = FrameOwner.FREE;
  for (let frame = first; frame < extentEnd(index); frame++) {
    const error = validateFrame(frame, ordinalOf(span, frame), allowed);
    if (error != FrameError.NONE) return frameRefusal(error, frame, 0);
  }
  return FrameError.NONE;
}

function validateFrame(frame: u32, ordinal: u64, allowed: u32): u32 {
  const owner = ownerAt(ordinal);
  const slot = seen + (<usize>owner << 3);
  store<u64>(slot, load<u64>(slot) + 1);
  if (isTaken(ordinal) != (owner != FrameOwner.FREE)) return FrameError.BITMAP_WRONG;
  if (owner == FrameOwner.FREE && ordinal >> 6 > searchCursor()) return FrameError.CURSOR_WRONG;
  return mayOwn(frame, owner, allowed) ? FrameError.NONE : FrameError.OWNER_WRONG;
}

function mayOwn(frame: u32, owner: u32, allowed: u32): bool {
  if (isReserved(allowed)) return owner == allowed;
  const table = frameTableAddress() >> PAGE_SHIFT;
  const isTable = frame >= table && frame < table + (frameTableBytes() >> PAGE_SHIFT);
  if (isTable) return owner == FrameOwner.FRAME_TABLE;
  return owner == FrameOwner.FREE || isAllocatable(owner);
}

function validatePadding(span: u32): u32 {
  const inside = ordinalOf(span, spanFirst(span));
  const after = ordinalOf(span, spanEnd(span) - 1) + 1;
  const error = validateHole(<u64>spanFirstWord(span) << 6, inside);
  return error != FrameError.NONE ? error : validateHole(after, <u64>spanEndWord(span) << 6);
}

function validateHole(from: u64, end: u64): u32 {
  for (let ordinal = from; ordinal < end; ordinal++) {
    if (isTaken(ordinal) && ownerAt(ordinal) == FrameOwner.HOLE) continue;
    return frameRefusal(FrameError.PADDING_WRONG, ordinal, 0);
  }
  return FrameError.NONE;
}
