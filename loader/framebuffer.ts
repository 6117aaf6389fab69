/** The picture memory that the firmware set up, if any (UEFI 2.10 §12.9). */
import { load32, load64 } from "./firmware";
import { out, setOut } from "./scratch";
import { GraphicsGuid, guidAddress } from "./uefi/guids";
import { isError } from "./uefi/status";
import { service } from "./uefi/system";
import { BootServicesAt, GraphicsAt, GraphicsInfoAt, GraphicsModeAt } from "./uefi/tables";

/** EFI_GRAPHICS_PIXEL_FORMAT: 0 RGBx, 1 BGRx; the rest have no memory that can be drawn to as plain pixels. */
const LAST_PLAIN_FORMAT: u32 = 1;

let mode: u64 = 0;
let info: u64 = 0;

export function findFramebuffer(): void {
  const guid = guidAddress(GraphicsGuid.LOW, GraphicsGuid.HIGH);
  if (isError(service(BootServicesAt.locateProtocol, guid, 0, setOut(0, 0)))) return;
  const found = load64(out(0) + GraphicsAt.mode);
  if (found == 0) return;
  const details = load64(found + GraphicsModeAt.info);
  if (load32(details + GraphicsInfoAt.pixelFormat) > LAST_PLAIN_FORMAT) return;
  mode = found;
  info = details;
}

export function hasFramebuffer(): bool {
  return mode != 0;
}
export function framebufferBase(): u64 {
  return load64(mode + GraphicsModeAt.frameBufferBase);
}
export function framebufferBytes(): u64 {
  return load64(mode + GraphicsModeAt.frameBufferSize);
}
export function framebufferWidth(): u32 {
  return load32(info + GraphicsInfoAt.width);
}
export function framebufferHeight(): u32 {
  return load32(info + GraphicsInfoAt.height);
}
export function framebufferStride(): u32 {
  return load32(info + GraphicsInfoAt.pixelsPerScanLine);
}
export function framebufferFormat(): u32 {
  return load32(info + GraphicsInfoAt.pixelFormat);
}
