import { PhysAddr } from "../address/addr";
import { PAGE_SHIFT } from "../address/pages";
import { prepareScreen, showScreen } from "../console/screen";
import { mapAperture } from "../paging/apertures";
import { Caching } from "../paging/caching";
import {
  framebuffer,
  framebufferBytes,
  framebufferHeight,
  framebufferStride,
  framebufferWidth,
} from "../bootinfo/bootinfo";
import { physicalPages } from "../memory-map/limits";
import { touchesRam } from "../memory-map/ram";

/** More than any screen takes: 8192 × 8192 dots. Page tables for what a wild size asks for would take all RAM. */
const MAX_SCREEN_BYTES: u64 = 256 << 20;

/** The screen of a PC, when the firmware left one: text is kept from the first line on, and shown once there is a mapping. */
export function keepTextForScreen(): void {
  if (framebuffer() != 0) prepareScreen(screenWidth(), framebufferHeight(), framebufferStride());
}

/** In dots. What is beyond a line's end belongs to the next line, and after the last to nobody. */
export function screenWidth(): u32 {
  return min<u32>(framebufferWidth(), framebufferStride());
}

export function openScreen(): void {
  const bytes = screenBytes();
  if (bytes == 0) return;
  const at = mapAperture(<PhysAddr>framebuffer(), bytes, Caching.WRITE_COMBINING);
  if (at != 0) showScreen(at);
}

/** Bytes of all lines. 0 for a frame buffer that is none, is smaller than it says, lies in RAM, or beyond the CPU's addresses. */
export function screenBytes(): u64 {
  const lineBytes = <u64>framebufferStride() * 4;
  const height: u64 = framebufferHeight();
  if (framebuffer() == 0 || lineBytes == 0 || height == 0) return 0;
  if (height > min<u64>(framebufferBytes(), MAX_SCREEN_BYTES) / lineBytes) return 0;
  const bytes = lineBytes * height;
  const reach = physicalPages() << PAGE_SHIFT;
  if (framebuffer() >= reach || bytes > reach - framebuffer()) return 0;
  return touchesRam(framebuffer(), framebuffer() + bytes - 1) ? 0 : bytes;
}
