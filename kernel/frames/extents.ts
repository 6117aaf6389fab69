import { PAGE_SHIFT } from "../address/pages";
import { FrameError } from "./errors";
import { FRAME_LIMIT } from "./frame";
import { nodeCount } from "./nodes";
import { frameRefusal } from "./refusals";

/**
 * What the memory map says about RAM, as boot describes it: runs of frames with one first owner each, ascending, disjoint. Kept, so
 * that `reclaimLoaderMemory` and `validate` can tell what a frame was.
 *
 *     byte  size  field
 *        0     4  first frame
 *        4     4  frame count
 *        8     4  FrameOwner
 *       12     4  node
 *       16        end
 */
const EXTENT_BYTES: usize = 16;
export const EXTENT_CAPACITY: u32 = 2464;
const extents = memory.data(39424, 8);
if (2464 * 16 != 39424) ERROR("extents holds EXTENT_CAPACITY extents");

let count: u32 = 0;

export function forgetExtents(): void {
  count = 0;
}

/**
 * Adds RAM of one node from byte `first` to byte `last`, inclusive. Refused when not page-granular, beyond the last frame number, not
 * above the extent before it, or of a node that there is not.
 */
export function addExtent(first: u64, last: u64, owner: u32, node: u32): u32 {
  const frame = first >> PAGE_SHIFT;
  const end = (last >> PAGE_SHIFT) + 1;
  if (frame << PAGE_SHIFT != first || end << PAGE_SHIFT != last + 1 || frame >= end || end > FRAME_LIMIT) {
    return frameRefusal(FrameError.BAD_RANGE, frame, 0);
  }
  if (count != 0 && frame < extentEnd(count - 1)) return frameRefusal(FrameError.BAD_RANGE, frame, 0);
  if (node >= nodeCount()) return frameRefusal(FrameError.BAD_NODE, node, nodeCount());
  if (count == EXTENT_CAPACITY) return frameRefusal(FrameError.TOO_MANY_RANGES, count, count + 1);
  const at = extents + <usize>count * EXTENT_BYTES;
  store<u32>(at, <u32>frame);
  store<u32>(at, <u32>(end - frame), 4);
  store<u32>(at, owner, 8);
  store<u32>(at, node, 12);
  count++;
  return FrameError.NONE;
}

export function extentCount(): u32 {
  return count;
}

export function extentFirst(index: u32): u32 {
  return load<u32>(extents + <usize>index * EXTENT_BYTES);
}

export function extentFrames(index: u32): u32 {
  return load<u32>(extents + <usize>index * EXTENT_BYTES, 4);
}

export function extentOwner(index: u32): u32 {
  return load<u32>(extents + <usize>index * EXTENT_BYTES, 8);
}

export function extentNode(index: u32): u32 {
  return load<u32>(extents + <usize>index * EXTENT_BYTES, 12);
}

/** The frame after its last: fits, because frame numbers stop at `FRAME_LIMIT`. */
export function extentEnd(index: u32): u32 {
  return extentFirst(index) + extentFrames(index);
}
