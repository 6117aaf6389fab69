import { framesBuild, framesDescribe, framesForget } from "../frames/bring-up";
import { FrameError } from "../frames/errors";
import { FrameOwner } from "../frames/owners";
import { isRam, isReclaimed, RangeKind } from "../memory-map/kinds";
import { nodeAt, sameNodeUntil } from "../numa/memory-ranges";
import { rangeCount, rangeFirst, rangeKind, rangeLast } from "../memory-map/ranges";

/** Hands the RAM of the memory map to the frame allocator. Needs `readMemoryMap` to have passed. Returns a FrameError. */
export function framesInitialise(): u32 {
  framesForget();
  for (let i: u32 = 0; i < rangeCount(); i++) {
    if (!isRam(rangeKind(i))) continue;
    const error = describe(rangeFirst(i), rangeLast(i), firstOwner(rangeKind(i)));
    if (error != FrameError.NONE) return error;
  }
  return framesBuild();
}

/** An extent has one node: a range that reaches over several becomes as many. */
function describe(first: u64, last: u64, owner: u32): u32 {
  let error: u32 = FrameError.NONE;
  for (let at = first; at <= last && error == FrameError.NONE;) {
    const until = sameNodeUntil(at, last);
    error = framesDescribe(at, until, owner, nodeAt(at));
    at = until + 1;
  }
  return error;
}

function firstOwner(kind: u32): u32 {
  if (kind == RangeKind.FREE) return FrameOwner.FREE;
  if (isReclaimed(kind)) return FrameOwner.LOADER;
  if (kind == RangeKind.LOW) return FrameOwner.LOW;
  if (kind == RangeKind.KERNEL) return FrameOwner.KERNEL;
  if (kind == RangeKind.MODULE) return FrameOwner.MODULE;
  return FrameOwner.RESERVED;
}
