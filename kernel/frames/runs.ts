import { freeBlock, releaseFrame, shareFrame } from "./allocator";
import { FrameError } from "./errors";
import { Frame } from "./frame";
import { frameHolders } from "./sharing";

/**
 * Holders of 2^order frames in a row, which a large page maps. The counts are each frame's own, so that a large page and 512 small ones
 * that map the same memory count alike.
 */

/** One more holder of each. Whoever calls this is a holder of all of them. Returns a FrameError. */
export function shareFrames(first: Frame, order: u32): u32 {
  const end = first.number + ((<u32>1) << order);
  for (let number = first.number; number < end; number++) {
    const error = shareFrame(Frame.of(number));
    if (error != FrameError.NONE) return error;
  }
  return FrameError.NONE;
}

/** One holder less of each; those that it was the last of are free. Returns a FrameError. */
export function releaseFrames(first: Frame, order: u32): u32 {
  if (order == 0) return releaseFrame(first);
  if (isHeldOnce(first, order)) return freeBlock(first, order);
  const end = first.number + ((<u32>1) << order);
  for (let number = first.number; number < end; number++) {
    const error = releaseFrame(Frame.of(number));
    if (error != FrameError.NONE) return error;
  }
  return FrameError.NONE;
}

/** Has each of the frames one holder? */
export function isHeldOnce(first: Frame, order: u32): bool {
  const end = first.number + ((<u32>1) << order);
  for (let number = first.number; number < end; number++) if (frameHolders(Frame.of(number)) != 1) return false;
  return true;
}
