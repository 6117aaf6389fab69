import { allocateFrame } from "../frames/allocator";
import { Frame } from "../frames/frame";
import { FrameOwner } from "../frames/owners";

/** One frame of zeros that stands for every anonymous page that was only read. It is never written and never freed. */
let zeros: Frame = Frame.none();

/** At bring-up. False when there is no frame. */
export function makeZeroPage(): bool {
  zeros = allocateFrame(FrameOwner.KERNEL_DATA);
  return !zeros.isNone;
}

export function zeroPage(): Frame {
  return zeros;
}
