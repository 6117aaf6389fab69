import { PAGE_SHIFT } from "../address/pages";
import { frameTableAddress, frameTableBytes, isLoaderReclaimed } from "./bring-up";
import { ownedFrames } from "./counts";
import { FrameError, frameRefusal } from "./errors";
import { extentCount, extentEnd, extentFirst, extentOwner } from "./extents";
import { FrameOwner, isAllocatable, isReserved, OWNER_COUNT } from "./owners";
import { searchCursor } from "./search";
import { findSpan, ordinalOf, spanCount, spanEnd, spanEndWord, spanFirst, spanFirstWord } from "./spans";
import { isKnownZero, isTaken, KNOWN_ZERO, MIXED, ownerAt, takenWord, uniformState } from "./table";

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
    if (load<u64>(seen + ((<usize>owner) << 3)) != ownedFrames(owner)) {
      return frameRefusal(FrameError.COUNT_WRONG, owner, 0);
    }
  }
  return FrameError.NONE;
}

function validateExtent(index: u32): u32 {
  const end = extentEnd(index);
  const span = findSpan(extentFirst(index));
  let allowed = extentOwner(index);
  if (allowed == FrameOwner.LOADER && isLoaderReclaimed()) allowed = FrameOwner.FREE;
  for (let frame = extentFirst(index); frame < end;) {
    const ordinal = ordinalOf(span, frame);
    if ((frame & 63) == 0 && end - frame >= 64 && isWordRight(frame, ordinal, allowed)) {
      frame += 64;
      continue;
    }
    const error = validateFrame(frame, ordinal, allowed);
    if (error != FrameError.NONE) return frameRefusal(error, frame, 0);
    frame++;
  }
  return FrameError.NONE;
}

/**
 * Looks at 64 frames at once, which is what most of RAM needs: it is all free, or all one owner's. Counts them if they are alike and
 * right; else says no, and they are looked at one by one.
 */
function isWordRight(frame: u32, ordinal: u64, allowed: u32): bool {
  const word = <u32>(ordinal >> 6);
  const state = uniformState(word);
  if (state == MIXED || touchesTable(frame, 64)) return false;
  const isFree = (state & ~KNOWN_ZERO) == FrameOwner.FREE;
  if (takenWord(word) != (isFree ? 0 : u64.MAX_VALUE)) return false;
  if (isFree ? word > searchCursor() : state >= OWNER_COUNT) return false;
  const owner = isFree ? FrameOwner.FREE : state;
  if (!mayOwn(frame, owner, allowed)) return false;
  countSeen(owner, 64);
  return true;
}

function validateFrame(frame: u32, ordinal: u64, allowed: u32): u32 {
  const owner = ownerAt(ordinal);
  countSeen(owner, 1);
  if (isTaken(ordinal) != (owner != FrameOwner.FREE)) return FrameError.BITMAP_WRONG;
  if (owner == FrameOwner.FREE && ordinal >> 6 > searchCursor()) return FrameError.CURSOR_WRONG;
  if (owner != FrameOwner.FREE && isKnownZero(ordinal)) return FrameError.OWNER_WRONG;
  return mayOwn(frame, owner, allowed) ? FrameError.NONE : FrameError.OWNER_WRONG;
}

function countSeen(owner: u32, frames: u64): void {
  const slot = seen + ((<usize>owner) << 3);
  store<u64>(slot, load<u64>(slot) + frames);
}

function mayOwn(frame: u32, owner: u32, allowed: u32): bool {
  if (isReserved(allowed)) return owner == allowed;
  if (touchesTable(frame, 1)) return owner == FrameOwner.FRAME_TABLE;
  return owner == FrameOwner.FREE || isAllocatable(owner);
}

function touchesTable(frame: u32, frames: u64): bool {
  const table = frameTableAddress() >> PAGE_SHIFT;
  return frame + frames > table && frame < table + (frameTableBytes() >> PAGE_SHIFT);
}

function validatePadding(span: u32): u32 {
  const inside = ordinalOf(span, spanFirst(span));
  const after = ordinalOf(span, spanEnd(span) - 1) + 1;
  const error = validateHole((<u64>spanFirstWord(span)) << 6, inside);
  return error != FrameError.NONE ? error : validateHole(after, (<u64>spanEndWord(span)) << 6);
}

function validateHole(from: u64, end: u64): u32 {
  for (let ordinal = from; ordinal < end; ordinal++) {
    if (isTaken(ordinal) && ownerAt(ordinal) == FrameOwner.HOLE) continue;
    return frameRefusal(FrameError.PADDING_WRONG, ordinal, 0);
  }
  return FrameError.NONE;
}
