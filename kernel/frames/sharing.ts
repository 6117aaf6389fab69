import { physStore64 } from "platform";
import { areaEntry, areaNode, hasReferences, noteReferencesLocked, splitArea } from "./areas";
import { CpuCache, ownCache, quickCache } from "./cpu-cache";
import { FrameError } from "./errors";
import { Frame } from "./frame";
import { isHeld, ownerAt, refusalAt, refuse, sharersAt } from "./freeing";
import { locate, locateAgain, NO_ORDINAL } from "./locate";
import { lockNode, unlockNode } from "./lock";
import { isAllocatable } from "./owners";
import { readSharers, replaceSharers, STUCK } from "./references";
import { AREA_FRAMES, AREA_SHIFT } from "./spans";
import { referenceAddress, saysAll, setState, SHARED, SINGLE, stateAt } from "./table";

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

function addHolder(cache: CpuCache, ordinal: u32): void {
  setState(ordinal, (stateAt(ordinal) & ~SINGLE) | SHARED);
  addSharer(cache, ordinal);
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
  const ordinal = locate(ownCache(), frame.number);
  if (ordinal == NO_ORDINAL) return 0;
  return saysAll(stateAt(ordinal)) || isAllocatable(ownerAt(ordinal)) ? sharersAt(ordinal) + 1 : 0;
}

/** Takes a holder away from a frame that has others. False when there was only one: the caller frees it. */
export function dropSharer(ordinal: u32): bool {
  let sharers = readSharers(ordinal);
  while (sharers != 0 && sharers != STUCK && !replaceSharers(ordinal, sharers, sharers - 1)) {
    sharers = readSharers(ordinal);
  }
  return sharers != 0;
}

function addSharer(cache: CpuCache, ordinal: u32): void {
  let sharers = readSharers(ordinal);
  while (sharers != STUCK && !replaceSharers(ordinal, sharers, sharers + 1)) sharers = readSharers(ordinal);
  if (sharers + 1 == STUCK) cache.stuck += 1;
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
