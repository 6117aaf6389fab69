import { freeBlock, releaseFrame, shareFrame } from "./allocator";
import { FrameError } from "./errors";
import { ownCache, quickCache } from "./cpu-cache";
import { Frame } from "./frame";
import { AREA_ORDER, isHeld, takeBackSmall } from "./freeing";
import { locate, locateAgain, NO_ORDINAL } from "./locate";
import { easePressure } from "./pressure";
import { shareEight } from "./sharing";
import { areSingle } from "./table";

/**
 * Holders of 2^order frames in a row, which a large page maps. The counts are each frame's own, so that a large page and 512 small ones
 * that map the same memory count alike.
 */

/** One more holder of each. Whoever calls this is a holder of all of them. Returns a FrameError. */
export function shareFrames(first: Frame, order: u32): u32 {
  return shareRow(first, (<u32>1) << order);
}

/** The same for `count` frames in a row; those before the refused one are done. By eights, where each has had one holder. */
export function shareRow(first: Frame, count: u32): u32 {
  const end = first.number + count;
  for (let number = first.number; number < end;) {
    if (end - number >= 8 && shareEight(number)) {
      number += 8;
      continue;
    }
    const error = shareFrame(Frame.of(number));
    if (error != FrameError.NONE) return error;
    number += 1;
  }
  return FrameError.NONE;
}

/** One holder less of each of at most an area's frames (`order` ≤ 9); those that it was the last of are free. Returns a FrameError. */
export function releaseFrames(first: Frame, order: u32): u32 {
  if (order == AREA_ORDER && isHeldWhole(first)) return freeBlock(first, order);
  return releaseRow(first, (<u32>1) << order);
}

/** Was the area allocated as one, and none of its frames shared since? */
function isHeldWhole(first: Frame): bool {
  const ordinal = locate(ownCache(), first.number);
  return ordinal != NO_ORDINAL && isHeld(ordinal);
}

/** One holder less of each of `count` frames in a row. Returns a FrameError; those before the refused one are done. */
export function releaseRow(first: Frame, count: u32): u32 {
  const end = first.number + count;
  let error: u32 = FrameError.NONE;
  for (let number = first.number; number < end && error == FrameError.NONE;) {
    const next = min<u32>(end, (number | 63) + 1);
    error = releaseInWord(number, next - number);
    number = next;
  }
  return error;
}

/** Frames of one word of the bitmap: together, if each is one whose state is its owner and no more. */
function releaseInWord(first: u32, count: u32): u32 {
  const cache = quickCache();
  const ordinal = locateAgain(cache, first);
  if (count == 1 || ordinal == NO_ORDINAL || !areSingle(ordinal, count)) return releaseEach(first, count);
  takeBackSmall(ordinal, first, count);
  easePressure(cache);
  return FrameError.NONE;
}

function releaseEach(first: u32, count: u32): u32 {
  let error: u32 = FrameError.NONE;
  for (let i: u32 = 0; i < count && error == FrameError.NONE; i++) error = releaseFrame(Frame.of(first + i));
  return error;
}
