import { physRead } from "platform";
import { BootinfoAt, BOOTINFO_BYTES, MAX_MODULES, MAX_SEGMENTS, MODULE_BYTES, SEGMENT_BYTES } from "./layout";

/** The kernel's own copy of bootinfo and its arrays, so that the boot agent's memory can be used again. */
const header = memory.data(216, 8);
const segments = memory.data(256, 8);
const modules = memory.data(4096, 8);
if (BOOTINFO_BYTES != 216) ERROR("header holds a bootinfo block");
if (<u64>MAX_SEGMENTS * SEGMENT_BYTES != 256) ERROR("segments holds MAX_SEGMENTS segments");
if (<u64>MAX_MODULES * MODULE_BYTES != 4096) ERROR("modules holds MAX_MODULES modules");

let origin: u64 = 0;

export function copyHeader(address: u64): void {
  origin = address;
  physRead(header, address, BOOTINFO_BYTES);
}

/** Needs a header whose count and address have been checked. */
export function copySegments(): void {
  physRead(
    segments,
    headerWord(BootinfoAt.kernelSegments),
    headerHalf(BootinfoAt.kernelSegmentCount) * <u32>SEGMENT_BYTES,
  );
}

/** Needs a header whose count and address have been checked. */
export function copyModules(): void {
  physRead(modules, headerWord(BootinfoAt.modules), headerHalf(BootinfoAt.moduleCount) * <u32>MODULE_BYTES);
}

/** Where the copied block was. */
export function copiedFrom(): u64 {
  return origin;
}

export function headerWord(at: u64): u64 {
  return load<u64>(header + <usize>at);
}

export function headerHalf(at: u64): u32 {
  return load<u32>(header + <usize>at);
}

/** First byte of the copy of segment `index`, which is below the count. */
export function segmentCopy(index: u32): usize {
  assert(index < headerHalf(BootinfoAt.kernelSegmentCount));
  return segments + <usize>index * <usize>SEGMENT_BYTES;
}

/** First byte of the copy of module `index`, which is below the count. */
export function moduleCopy(index: u32): usize {
  assert(index < headerHalf(BootinfoAt.moduleCount));
  return modules + <usize>index * <usize>MODULE_BYTES;
}
