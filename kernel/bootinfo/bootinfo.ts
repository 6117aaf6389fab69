import { copiedFrom, headerHalf, headerWord, moduleCopy, segmentCopy } from "./copy";
import { BootinfoAt, MODULE_NAME_BYTES } from "./layout";

/** What bootinfo says, once `checkBootinfo` has passed. `bootinfo-layout.ts` explains the fields. */
export { bootinfoFound, checkBootinfo } from "./check";
export { BootinfoError, bootinfoErrorText } from "./errors";

/** Where the boot agent put the block. */
export function bootinfoAddress(): u64 {
  return copiedFrom();
}

export function memoryMap(): u64 {
  return headerWord(BootinfoAt.memoryMap);
}

export function memoryMapBytes(): u64 {
  return headerWord(BootinfoAt.memoryMapBytes);
}

export function descriptorStride(): u32 {
  return headerHalf(BootinfoAt.descriptorStride);
}

export function descriptorCount(): u64 {
  return memoryMapBytes() / descriptorStride();
}

export function kernelPhysical(): u64 {
  return headerWord(BootinfoAt.kernelPhysical);
}

export function kernelVirtual(): u64 {
  return headerWord(BootinfoAt.kernelVirtual);
}

export function kernelBytes(): u64 {
  return headerWord(BootinfoAt.kernelBytes);
}

export function segmentsAddress(): u64 {
  return headerWord(BootinfoAt.kernelSegments);
}

export function segmentCount(): u32 {
  return headerHalf(BootinfoAt.kernelSegmentCount);
}

export function segmentVirtual(index: u32): u64 {
  return load<u64>(segmentCopy(index));
}

export function segmentPhysical(index: u32): u64 {
  return load<u64>(segmentCopy(index), 8);
}

export function segmentBytes(index: u32): u64 {
  return load<u64>(segmentCopy(index), 16);
}

/** SegmentRight bits. */
export function segmentRights(index: u32): u32 {
  return load<u32>(segmentCopy(index), 24);
}

export function modulesAddress(): u64 {
  return headerWord(BootinfoAt.modules);
}

export function moduleCount(): u32 {
  return headerHalf(BootinfoAt.moduleCount);
}

export function modulePhysical(index: u32): u64 {
  return load<u64>(moduleCopy(index));
}

export function moduleBytes(index: u32): u64 {
  return load<u64>(moduleCopy(index), 8);
}

/** Copies the name to `buffer`, which has room for `MODULE_NAME_BYTES`, and returns its length. No NUL is added. */
export function moduleName(index: u32, buffer: usize): u32 {
  const name = moduleCopy(index) + 16;
  let length: u32 = 0;
  for (; length < MODULE_NAME_BYTES && load<u8>(name + length) != 0; length++)
    store<u8>(buffer + length, load<u8>(name + length));
  return length;
}

export function directMapBase(): u64 {
  return headerWord(BootinfoAt.directMapVirtual);
}

/** ACPI's root pointer, 0 if none; so are the tables below. */
export function rsdp(): u64 {
  return headerWord(BootinfoAt.rsdp);
}

export function madt(): u64 {
  return headerWord(BootinfoAt.madt);
}

export function srat(): u64 {
  return headerWord(BootinfoAt.srat);
}

export function slit(): u64 {
  return headerWord(BootinfoAt.slit);
}

export function hpet(): u64 {
  return headerWord(BootinfoAt.hpet);
}

export function seed(): u64 {
  return headerWord(BootinfoAt.seed);
}

/** BootFlag bits. */
export function flags(): u32 {
  return headerHalf(BootinfoAt.flags);
}

/** CPUs to start, 0 for all. */
export function cpuLimit(): u32 {
  return headerHalf(BootinfoAt.cpuLimit);
}

export function loaderTables(): u64 {
  return headerWord(BootinfoAt.loaderTables);
}

export function loaderTablesBytes(): u64 {
  return headerWord(BootinfoAt.loaderTablesBytes);
}

/** A CrashKind. */
export function crashKind(): u32 {
  return headerHalf(BootinfoAt.crash);
}

/** How long a task keeps a CPU for which others wait; 0: as long as it likes. */
export function turnMilliseconds(): u32 {
  return headerHalf(BootinfoAt.turnMilliseconds);
}

/** How long a server may take for pages that tasks wait for; 0: as long as it likes. */
export function patienceMilliseconds(): u32 {
  return headerHalf(BootinfoAt.patienceMilliseconds);
}

/** Which allocation of frames is to fail, from 1; 0 for none. */
export function deniedAllocation(): u32 {
  return headerHalf(BootinfoAt.failAllocation);
}

/** Physical address of the firmware's frame buffer, 0 if none. */
export function framebuffer(): u64 {
  return headerWord(BootinfoAt.framebuffer);
}

export function framebufferBytes(): u64 {
  return headerWord(BootinfoAt.framebufferBytes);
}

/** In dots; so are the next two. */
export function framebufferWidth(): u32 {
  return headerHalf(BootinfoAt.framebufferWidth);
}

export function framebufferHeight(): u32 {
  return headerHalf(BootinfoAt.framebufferHeight);
}

export function framebufferStride(): u32 {
  return headerHalf(BootinfoAt.framebufferStride);
}
