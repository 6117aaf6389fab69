import { allocateFrame, allocateFrameUnzeroed } from "../frames/allocator";
import { allocateFrameColoured, colourCount, ColourSet } from "../frames/colours";
import { Frame } from "../frames/frame";
import { FrameOwner } from "../frames/owners";
import { Space } from "./space";

/** Frames for a task's pages: of any cache colour, or of those that it keeps to. */

/** A zeroed frame. */
export function userFrame(space: Space): Frame {
  return hasColours(space) ? allocateFrameColoured(coloursOf(space), FrameOwner.USER) : allocateFrame(FrameOwner.USER);
}

/** A frame that the caller writes all over before the task can see it. */
export function userFrameToFill(space: Space): Frame {
  return hasColours(space)
    ? allocateFrameColoured(coloursOf(space), FrameOwner.USER)
    : allocateFrameUnzeroed(FrameOwner.USER);
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
