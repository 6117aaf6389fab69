import { allocateBlock, allocateFrame, allocateFrameAtHand, allocateFrameUnzeroed } from "../frames/allocator";
import { Frame } from "../frames/frame";
import { FrameOwner } from "../frames/owners";
import { Quota, takeFrames } from "../quotas/quota";

/** Frames that count against a quota. None: no frame is left, or the quota allows none. */

/** A zeroed one, of any colour. */
@inline
export function countedFrame(quota: Quota): Frame {
  if (quota.framesLeft > 0) {
    const frame = allocateFrameAtHand(FrameOwner.USER);
    if (!frame.isNone) {
      quota.framesLeft -= 1;
      return frame;
    }
  }
  return countSlowly(quota);
}

/** Called through a variable, so that the quick way does not save registers for it: frames/allocator.ts. */
let countSlowly: (quota: Quota) => Frame = allocateAndCount;
countSlowly = allocateAndCount;

function allocateAndCount(quota: Quota): Frame {
  if (!takeFrames(quota, 1)) return Frame.none();
  const frame = allocateFrame(FrameOwner.USER);
  if (frame.isNone) quota.framesLeft += 1;
  return frame;
}

/** One with anything in it, for a caller that writes over all of it before anybody else can see it. */
export function countedFrameToFill(quota: Quota): Frame {
  if (!takeFrames(quota, 1)) return Frame.none();
  const frame = allocateFrameUnzeroed(FrameOwner.USER);
  if (frame.isNone) quota.framesLeft += 1;
  return frame;
}

/** A block of 2^order zeroed ones. */
export function countedBlock(quota: Quota, order: u32): Frame {
  const count: i32 = 1 << order;
  if (!takeFrames(quota, count)) return Frame.none();
  const block = allocateBlock(order, FrameOwner.USER);
  if (block.isNone) quota.framesLeft += count;
  return block;
}
