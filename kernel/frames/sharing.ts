import { physStore64 } from "platform";
import { areaEntry, areaNode, hasReferences, noteReferencesLocked, splitArea } from "./areas";
import { CpuCache, noteStillHeld, ownCache, quickCache } from "./cpu-cache";
import { FrameError } from "./errors";
import { Frame } from "./frame";
import { isHeld, ownerAt, refusalAt, refuse, sharersAt } from "./freeing";
import { locate, locateAgain, NO_ORDINAL } from "./locate";
import { lockNode, unlockNode } from "./lock";
import { isAllocatable } from "./owners";
import { addFirstSharer, addFirstSharers, addSharer, readSharers, STUCK, takeSharer } from "./references";
import { AREA_FRAMES, AREA_SHIFT } from "./spans";
import { isSharedState, referenceAddress, saysAll, setState, SHARED, shareEightStates, SINGLE, stateAt } from "./table";

/** Frames with several holders: see `references.ts`. */

/** One more holder. Whoever calls this is a holder. Returns a FrameError: DOUBLE_FREE when nobody is. */
export function shareFrame(frame: Frame): u32 {
  const cache = quickCache();
  const ordinal = locateAgain(cache, frame.number);
  if (ordinal == NO_ORDINAL || !saysAll(stateAt(ordinal)) || !hasReferences(areaEntry(ordinal >> AREA_SHIFT)))
    return shareSlowly(frame);
  addHolder(cache, ordinal);
  return FrameError.NONE;
}

/** One more holder of each of the eight frames from `first` on. False unless there is a quick way: then nothing has changed. */
export function shareEight(first: u32): bool {
  const ordinal = locateAgain(quickCache(), first);
  if (ordinal == NO_ORDINAL || (ordinal & 7) != 0) return false;
  if (!hasReferences(areaEntry(ordinal >> AREA_SHIFT)) || !shareEightStates(ordinal)) return false;
  addFirstSharers(ordinal);
  return true;
}

function addHolder(cache: CpuCache, ordinal: u32): void {
  const state = stateAt(ordinal);
  if ((state & SINGLE) != 0) {
    setState(ordinal, (state & ~SINGLE) | SHARED);
    addFirstSharer(ordinal);
  } else if (addSharer(ordinal) + 1 == STUCK) cache.stuck += 1;
}

function shareSlowly(frame: Frame): u32 {
  const cache = ownCache();
  const ordinal = locate(cache, frame.number);
  const error = refusalAt(ordinal);
  if (error != FrameError.NONE && error != FrameError.SHARED) return refuse(error, frame.number, ordinal);
  if (isHeld(ordinal)) splitArea(ordinal >> AREA_SHIFT);
  makeReferences(ordinal >> AREA_SHIFT);
  addHolder(cache, ordinal);
  return FrameError.NONE;
}

/** How many hold `frame`: 0 when it is free, reserved or no RAM; 65536 when it is stuck. */
export function frameHolders(frame: Frame): u32 {
  const ordinal = locateAgain(quickCache(), frame.number);
  const state = ordinal == NO_ORDINAL ? 0 : stateAt(ordinal);
  return isSharedState(state) ? <u32>readSharers(ordinal) + 1 : countHoldersSlowly(frame);
}

/** What a quick look at a frame's holders tells. */
export namespace Holders {
  export const ALONE: u32 = 0;
  export const SEVERAL: u32 = 1;
  /** It is to be looked at slowly. */
  export const UNKNOWN: u32 = 2;
}

/**
 * Of a frame that was shared: is the caller its only holder now? Then its state forgets that it was, so that it is freed as quickly as one that never
 * was. Only a holder may ask: nobody else can share it meanwhile.
 */
@inline
export function lookAtHolders(frame: Frame): u32 {
  const ordinal = locateAgain(quickCache(), frame.number);
  if (ordinal == NO_ORDINAL) return Holders.UNKNOWN;
  const state = stateAt(ordinal);
  if (!isSharedState(state)) return Holders.UNKNOWN;
  if (readSharers(ordinal) != 0) return Holders.SEVERAL;
  forgetSharing(ordinal, state);
  return Holders.ALONE;
}

/** The same of any frame. */
export function isHeldAlone(frame: Frame): bool {
  const holders = lookAtHolders(frame);
  return holders == Holders.UNKNOWN ? frameHolders(frame) == 1 : holders == Holders.ALONE;
}

/** Of a frame in `state` whose last sharer has gone. */
export function forgetSharing(ordinal: u32, state: u32): void {
  setState(ordinal, state ^ (SHARED | SINGLE));
}

function countHoldersSlowly(frame: Frame): u32 {
  const ordinal = locate(ownCache(), frame.number);
  if (ordinal == NO_ORDINAL) return 0;
  return saysAll(stateAt(ordinal)) || isAllocatable(ownerAt(ordinal)) ? sharersAt(ordinal) + 1 : 0;
}

/** Takes a holder away from a frame that has others, for the CPU of `cache`, which is its quick one. False when there was only one: the caller frees it. */
export function dropSharer(cache: CpuCache, ordinal: u32): bool {
  if (takeSharer(ordinal) == 0) return false;
  noteStillHeld(cache);
  return true;
}

/** The references of an area are made when one is first wanted: most frames are never shared, and so their table is never touched. */
function makeReferences(area: u32): void {
  if (hasReferences(areaEntry(area))) return;
  const node = areaNode(area);
  lockNode(node);
  if (!hasReferences(areaEntry(area))) {
    for (let i: u32 = 0; i < AREA_FRAMES; i += 4) physStore64(referenceAddress((area << AREA_SHIFT) + i), 0);
    noteReferencesLocked(area);
  }
  unlockNode(node);
}
