import { PhysAddr } from "../address/addr";
import { prepareScreen, showScreen } from "../console/screen";
import { mapAperture } from "../paging/apertures";
import {
  framebuffer,
  framebufferBytes,
  framebufferHeight,
  framebufferStride,
  framebufferWidth,
} from "../bootinfo/bootinfo";
import { isRam, rangeCount, rangeFirst, rangeKind, rangeLast } from "../memory-map/memory-map";

/** The screen of a PC, when the firmware left one: text is kept from the first line on, and shown once there is a mapping. */
export function keepTextForScreen(): void {
  if (framebuffer() != 0) prepareScreen(framebufferWidth(), framebufferHeight(), framebufferStride());
}

/** A frame buffer that lies in RAM, or is smaller than it says, is not touched. */
export function openScreen(): void {
  const first = framebuffer();
  const needed = <u64>framebufferStride() * framebufferHeight() * 4;
  if (first == 0 || framebufferBytes() < needed || touchesRam(first, first + needed - 1)) return;
  const at = mapAperture(<PhysAddr>first, needed);
  if (at != 0) showScreen(at);
}

function touchesRam(first: u64, last: u64): bool {
  for (let i: u32 = 0; i < rangeCount(); i++) {
    if (isRam(rangeKind(i)) && rangeFirst(i) <= last && first <= rangeLast(i)) return true;
  }
  return false;
}
