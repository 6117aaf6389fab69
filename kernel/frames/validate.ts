import { PAGE_SHIFT } from "../address/pages";
import { areaNode } from "./areas";
import { frameTableAddress, frameTableBytes, isLoaderReclaimed } from "./bring-up";
import { ownedFrames, usedFrames } from "./counts";
import { FrameError } from "./errors";
import { extentCount, extentEnd, extentFirst, extentFrames, extentNode, extentOwner } from "./extents";
import { ownerAt } from "./freeing";
import { freeInAreas } from "./node-counts";
import { nodeCount } from "./nodes";
import { FrameOwner, isAllocatable, isReserved, isUsed } from "./owners";
import { frameRefusal } from "./refusals";
import { AREA_FRAMES, AREA_SHIFT, areaCount, findSpan, ordinalOf } from "./spans";
import { areStates, stateAt } from "./table";
import { forgetSeen, seenFrames, seenFreeOf, validateAreas } from "./validate-areas";
import { validateCaches } from "./validate-caches";
import { validateRuns } from "./validate-runs";

/**
 * Looks at every frame and counts again:
 * 1. what was reserved by the memory map is still, with the same owner; what was free is free, allocated, or the frame table;
 * 2. every area's words, states and entry agree, and it is listed where it belongs (`validate-areas.ts`);
 * 3. the runs of whole areas are listed, and no others (`validate-runs.ts`);
 * 4. what CPUs have for themselves is free, and nobody else's (`validate-caches.ts`);
 * 5. areas are of the nodes that they were described to be of;
 * 6. each node has as many free frames as it says;
 * 7. the frames that are free, in use, and of each owner are as many as is said, and all others of the table are no RAM.
 *
 * Returns NONE or the first FrameError found. Takes time in proportion to RAM, and needs the allocator to be at rest: for tests.
 */
export function validate(): u32 {
  forgetSeen();
  for (let i: u32 = 0; i < extentCount(); i++) {
    const error = validateExtent(i);
    if (error != FrameError.NONE) return error;
  }
  const nodes = validateNodes();
  if (nodes != FrameError.NONE) return nodes;
  const caches = validateCaches();
  if (caches != FrameError.NONE) return caches;
  const areas = validateAreas();
  if (areas != FrameError.NONE) return areas;
  const runs = validateRuns();
  if (runs != FrameError.NONE) return runs;
  // What is free follows from what the nodes say: they come first.
  const counts = compareNodes();
  return counts != FrameError.NONE ? counts : compareCounts();
}

/** Every area that an extent is the first to reach is of the extent's node. */
function validateNodes(): u32 {
  let next: u32 = 0;
  for (let i: u32 = 0; i < extentCount(); i++) {
    const ordinal = ordinalOf(findSpan(extentFirst(i)), extentFirst(i));
    const end = ((ordinal + extentFrames(i) - 1) >> AREA_SHIFT) + 1;
    for (let area = max<u32>(ordinal >> AREA_SHIFT, next); area < end; area++) {
      if (areaNode(area) != extentNode(i)) return frameRefusal(FrameError.NODE_WRONG, area, extentNode(i));
    }
    next = end;
  }
  return FrameError.NONE;
}

function compareCounts(): u32 {
  const holes = seenFrames(FrameOwner.HOLE);
  if (holes != holeFrames()) return frameRefusal(FrameError.PADDING_WRONG, holes, holeFrames());
  let used: u64 = 0;
  for (let owner: u32 = 0; owner < FrameOwner.HOLE; owner++) {
    const seen = seenFrames(owner);
    used += isUsed(owner) ? seen : 0;
    if (!isAllocatable(owner) && seen != ownedFrames(owner)) return frameRefusal(FrameError.COUNT_WRONG, owner, seen);
  }
  return used == usedFrames() ? FrameError.NONE : frameRefusal(FrameError.COUNT_WRONG, FrameOwner.USER, used);
}

/** A node's areas have as many free frames together as it says. */
function compareNodes(): u32 {
  for (let node: u32 = 0; node < nodeCount(); node++) {
    const areas = seenFreeOf(node);
    if (areas != freeInAreas(node)) return frameRefusal(FrameError.NODE_COUNT_WRONG, node, areas);
  }
  return FrameError.NONE;
}

function holeFrames(): u64 {
  let frames: u64 = <u64>areaCount() * AREA_FRAMES;
  for (let i: u32 = 0; i < extentCount(); i++) frames -= extentFrames(i);
  return frames;
}

/** Looks at 64 frames at once where they are alike, which is what most of RAM is. */
function validateExtent(index: u32): u32 {
  const end = extentEnd(index);
  const span = findSpan(extentFirst(index));
  let allowed = extentOwner(index);
  if (allowed == FrameOwner.LOADER && isLoaderReclaimed()) allowed = FrameOwner.FREE;
  for (let frame = extentFirst(index); frame < end;) {
    const ordinal = ordinalOf(span, frame);
    const areAlike = (frame & 63) == 0 && end - frame >= 64 && areStates(ordinal, 64, stateAt(ordinal));
    const frames: u32 = areAlike && !touchesTable(frame, 64) ? 64 : 1;
    if (!mayOwn(frame, ownerAt(ordinal), allowed)) return frameRefusal(FrameError.OWNER_WRONG, frame, ownerAt(ordinal));
    frame += frames;
  }
  return FrameError.NONE;
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
