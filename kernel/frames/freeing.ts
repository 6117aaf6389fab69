import { physOr64 } from "platform";
import { areaEntry, areaNode, heldBy, noteFreed, Place, placeOf, retireLocked, splitArea } from "./areas";
import { CpuCache } from "./cpu-cache";
import { FrameError } from "./errors";
import { locate, NO_ORDINAL } from "./locate";
import { lockNode, unlockNode } from "./lock";
import { FrameOwner, isAllocatable } from "./owners";
import { readSharers } from "./references";
import { frameRefusal } from "./refusals";
import { AREA_FRAMES, AREA_SHIFT } from "./spans";
import {
  fillStates,
  isSharedState,
  KNOWN_ZERO,
  ownerOfState,
  setState,
  SINGLE,
  stateAt,
  wordAddress,
  wordMask,
} from "./table";
import { zeroRow } from "./zeroing";

/** Taking frames back: all checks first, then what cannot fail. */

/** The largest block is 2^18 frames: 1 GiB. */
export const MAX_ORDER: u32 = 18;
export const AREA_ORDER: u32 = 9;

/** Who has the frame at `ordinal`, wherever that is written. */
export function ownerAt(ordinal: u32): u32 {
  const owner = ownerOfState(stateAt(ordinal));
  if (owner != FrameOwner.FREE) return owner;
  const entry = areaEntry(ordinal >> AREA_SHIFT);
  return placeOf(entry) == Place.HELD ? heldBy(entry) : FrameOwner.FREE;
}

/** Holders of the frame at `ordinal` beyond the first. */
export function sharersAt(ordinal: u32): u32 {
  return isSharedState(stateAt(ordinal)) ? <u32>readSharers(ordinal) : 0;
}

/** Why the frame at `ordinal` cannot be freed, or NONE. */
export function refusalAt(ordinal: u32): u32 {
  if (ordinal == NO_ORDINAL) return FrameError.OUTSIDE_RAM;
  const owner = ownerAt(ordinal);
  if (isAllocatable(owner)) return sharersAt(ordinal) == 0 ? FrameError.NONE : FrameError.SHARED;
  if (owner == FrameOwner.HOLE) return FrameError.OUTSIDE_RAM;
  return owner == FrameOwner.FREE ? FrameError.DOUBLE_FREE : FrameError.RESERVED;
}

/** Records why not, with the frame and who has it. */
export function refuse(error: u32, frame: u32, ordinal: u32): u32 {
  return frameRefusal(error, frame, ordinal == NO_ORDINAL ? FrameOwner.HOLE : ownerAt(ordinal));
}

/** Makes a frame one whose state is its owner and no more. Returns a FrameError; unless it is NONE, nothing has changed. */
export function openFrame(cache: CpuCache, frame: u32): u32 {
  const ordinal = locate(cache, frame);
  const error = refusalAt(ordinal);
  if (error != FrameError.NONE) return refuse(error, frame, ordinal);
  makeSingle(ordinal);
  return FrameError.NONE;
}

/** The frame is no part of a block any more, nor shared. */
function makeSingle(ordinal: u32): void {
  if (ownerOfState(stateAt(ordinal)) == FrameOwner.FREE) splitArea(ordinal >> AREA_SHIFT);
  else setState(ordinal, ownerOfState(stateAt(ordinal)) | SINGLE);
}

/** May the block be freed? Returns a FrameError. */
export function checkBlock(cache: CpuCache, first: u32, order: u32): u32 {
  if (order > MAX_ORDER) return frameRefusal(FrameError.BAD_ORDER, order, MAX_ORDER);
  const size: u32 = 1 << order;
  if ((first & (size - 1)) != 0) return frameRefusal(FrameError.MISALIGNED, first, 0);
  const owner = ownerOfFirst(cache, first);
  for (let i: u32 = 0; i < size;) {
    const ordinal = locate(cache, first + i);
    let error = refusalAt(ordinal);
    if (error == FrameError.NONE && ownerAt(ordinal) != owner) error = FrameError.MIXED_OWNERS;
    if (error != FrameError.NONE) return refuse(error, first + i, ordinal);
    i += isHeld(ordinal) && order >= AREA_ORDER ? AREA_FRAMES : 1;
  }
  return FrameError.NONE;
}

function ownerOfFirst(cache: CpuCache, first: u32): u32 {
  const ordinal = locate(cache, first);
  return ordinal == NO_ORDINAL ? FrameOwner.HOLE : ownerAt(ordinal);
}

export function isHeld(ordinal: u32): bool {
  return placeOf(areaEntry(ordinal >> AREA_SHIFT)) == Place.HELD;
}

/** Takes a block back that `checkBlock` has passed. */
export function takeBack(cache: CpuCache, first: u32, order: u32): void {
  const ordinal = locate(cache, first);
  if (order < AREA_ORDER) takeBackSmall(ordinal, first, (<u32>1) << order);
  else {
    const areas: u32 = 1 << (order - AREA_ORDER);
    for (let i: u32 = 0; i < areas; i++) takeBackArea((ordinal >> AREA_SHIFT) + i, first + (i << AREA_SHIFT));
  }
}

/** Frames of one word of the bitmap, or of whole words, that are allocated and have no other holder. */
export function takeBackSmall(ordinal: u32, first: u32, size: u32): void {
  if (isHeld(ordinal)) splitArea(ordinal >> AREA_SHIFT);
  zeroAll(first, size);
  fillStates(ordinal, size, KNOWN_ZERO);
  for (let done: u32 = 0; done < size; done += 64) {
    const before = physOr64(wordAddress((ordinal + done) >> 6), wordMask(ordinal & 63, min<u32>(size, 64)));
    assert((before & wordMask(ordinal & 63, min<u32>(size, 64))) == 0, "two CPUs have freed the same frame at once");
  }
  noteFreed(ordinal >> AREA_SHIFT, size);
}

function takeBackArea(area: u32, first: u32): void {
  if (isHeld(area << AREA_SHIFT)) {
    zeroAll(first, AREA_FRAMES);
    const node = areaNode(area);
    lockNode(node);
    retireLocked(area);
    unlockNode(node);
  } else {
    takeBackSmall(area << AREA_SHIFT, first, AREA_FRAMES);
  }
}

export function zeroAll(first: u32, count: u32): void {
  zeroRow(first, count);
}
