import { allocateFrameColoured, colourCount, ColourSet } from "../frames/colours";
import { Frame } from "../frames/frame";
import { allocateFrameUnzeroed } from "../frames/allocator";
import { FrameOwner } from "../frames/owners";
import { mayHaveFrame, takeFrames } from "../quotas/quota";
import { countedFrame } from "./counted-frames";
import { Space } from "./space";

/** Frames for a task's pages, which count against its quota: of any cache colour, or of those that it keeps to. */

/** A zeroed frame. */
@inline
export function userFrame(space: Space): Frame {
  return hasColours(space) ? colouredFrame(space) : countedFrame(space.quota);
}

/** A frame that the caller writes all over before the task can see it. */
@inline
export function userFrameToFill(space: Space): Frame {
  if (hasColours(space)) return colouredFrame(space);
  if (!mayHaveFrame(space.quota)) return Frame.none();
  const frame = allocateFrameUnzeroed(FrameOwner.USER);
  if (!frame.isNone) space.quota.framesLeft -= 1;
  return frame;
}

function colouredFrame(space: Space): Frame {
  if (!takeFrames(space.quota, 1)) return Frame.none();
  const frame = allocateFrameColoured(coloursOf(space), FrameOwner.USER);
  if (frame.isNone) space.quota.framesLeft += 1;
  return frame;
}

/** Does the task keep to some colours? A large page, which has all of them, is not for it then. */
export function hasColours(space: Space): bool {
  return space.colours != 0;
}

function coloursOf(space: Space): ColourSet {
  return ColourSet.at(changetype<usize>(space) + offsetof<Space>("colours"));
}

/** From now on frames of these colours only; of any when `set` is 0. False: the machine has none of them. */
export function keepToColours(space: Space, set: u64): bool {
  const known = colourCount() == 64 ? u64.MAX_VALUE : ((<u64>1) << (<u64>colourCount())) - 1;
  if (set != 0 && (set & known) == 0) return false;
  coloursOf(space).allow(set & known);
  return true;
}
