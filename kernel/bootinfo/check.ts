import { physLoad32, physLoad64 } from "platform";
import { DIRECT_MAP_ZONE, KERNEL_HALF, KERNEL_ZONE_LAST, MMIO_ZONE } from "../address/layout";
import { HUGE_BYTES, isAligned, LARGE_BYTES, PAGE_BYTES } from "../address/pages";
import { copyHeader, copyModules, copySegments, headerHalf, headerWord, moduleCopy, segmentCopy } from "./copy";
import { DESCRIPTOR_BYTES } from "./efi-memory";
import { BootinfoError } from "./errors";
import {
  BootFlag,
  BootinfoAt,
  BOOTINFO_BYTES,
  BOOTINFO_MAGIC,
  BOOTINFO_VERSION,
  CrashKind,
  MAX_MODULES,
  MAX_SEGMENTS,
  SegmentRight,
} from "./layout";

/** Takes bootinfo over: everything is checked before anything is believed, in the order of the fields. */
const DESCRIPTOR_VERSION: u32 = 1;
const KNOWN_FLAGS: u32 = BootFlag.SEEDED | BootFlag.NO_ASLR | BootFlag.COLOUR | BootFlag.TRACE | BootFlag.FRAMES;
const WRITE_EXECUTE: u32 = SegmentRight.WRITE | SegmentRight.EXECUTE;
const KNOWN_RIGHTS: u32 = SegmentRight.READ | WRITE_EXECUTE | SegmentRight.SEALED;

let found: u64 = 0;

/** The value that the last refusal is about; `BootinfoError` says which. */
export function bootinfoFound(): u64 {
  return found;
}

function refuse(error: u32, value: u64): u32 {
  found = value;
  return error;
}

/** Copies the block at physical `address`, with its arrays, if it is what it should be. Returns a BootinfoError. */
export function checkBootinfo(address: u64): u32 {
  let error = checkIdentity(address);
  if (error != BootinfoError.NONE) return error;
  copyHeader(address);
  error = checkMap();
  if (error == BootinfoError.NONE) error = checkKernel();
  if (error == BootinfoError.NONE) error = checkSegments();
  if (error == BootinfoError.NONE) error = checkModules();
  return error == BootinfoError.NONE ? checkRest() : error;
}

function checkIdentity(address: u64): u32 {
  if (address == 0 || !isAligned(address, PAGE_BYTES)) return refuse(BootinfoError.BAD_ADDRESS, address);
  const magic = physLoad64(address + BootinfoAt.magic);
  if (magic != BOOTINFO_MAGIC) return refuse(BootinfoError.BAD_MAGIC, magic);
  const version = physLoad32(address + BootinfoAt.version);
  if (version != BOOTINFO_VERSION) return refuse(BootinfoError.BAD_VERSION, version);
  const size = physLoad32(address + BootinfoAt.size);
  return size == BOOTINFO_BYTES ? BootinfoError.NONE : refuse(BootinfoError.BAD_SIZE, size);
}

function checkMap(): u32 {
  const stride = headerHalf(BootinfoAt.descriptorStride);
  if (stride < DESCRIPTOR_BYTES || !isAligned(stride, 8)) return refuse(BootinfoError.BAD_STRIDE, stride);
  const version = headerHalf(BootinfoAt.descriptorVersion);
  if (version != DESCRIPTOR_VERSION) return refuse(BootinfoError.BAD_DESCRIPTOR_VERSION, version);
  const map = headerWord(BootinfoAt.memoryMap);
  const bytes = headerWord(BootinfoAt.memoryMapBytes);
  if (!isArray(map, bytes)) return refuse(BootinfoError.BAD_MAP, map);
  return bytes != 0 && bytes % stride == 0 ? BootinfoError.NONE : refuse(BootinfoError.BAD_MAP, bytes);
}

/** Can `bytes` bytes of 8-byte words lie at `address`? */
function isArray(address: u64, bytes: u64): bool {
  return address != 0 && isAligned(address, 8) && address + bytes >= address;
}

function checkKernel(): u32 {
  const physical = headerWord(BootinfoAt.kernelPhysical);
  const virtual = headerWord(BootinfoAt.kernelVirtual);
  const bytes = headerWord(BootinfoAt.kernelBytes);
  if (!isAligned(physical, LARGE_BYTES)) return refuse(BootinfoError.BAD_KERNEL, physical);
  if (!isAligned(virtual, LARGE_BYTES) || virtual < KERNEL_HALF || virtual > KERNEL_ZONE_LAST) {
    return refuse(BootinfoError.BAD_KERNEL, virtual);
  }
  const fits = bytes != 0 && isAligned(bytes, LARGE_BYTES) && bytes - 1 <= KERNEL_ZONE_LAST - virtual;
  return fits && physical + bytes > physical ? BootinfoError.NONE : refuse(BootinfoError.BAD_KERNEL, bytes);
}

function checkSegments(): u32 {
  const count = headerHalf(BootinfoAt.kernelSegmentCount);
  if (count == 0 || count > MAX_SEGMENTS) return refuse(BootinfoError.BAD_SEGMENTS, count);
  const address = headerWord(BootinfoAt.kernelSegments);
  if (!isArray(address, PAGE_BYTES)) return refuse(BootinfoError.BAD_SEGMENTS, address);
  copySegments();
  let covered: u64 = 0;
  for (let i: u32 = 0; i < count; i++) {
    if (!isGoodSegment(segmentCopy(i), covered)) return refuse(BootinfoError.BAD_SEGMENT, i);
    covered += load<u64>(segmentCopy(i), 16);
  }
  return covered == headerWord(BootinfoAt.kernelBytes)
    ? BootinfoError.NONE
    : refuse(BootinfoError.BAD_SEGMENTS, covered);
}

/** Is the segment the next of the image, of which `covered` bytes are done, and are its rights ones that a segment may have? */
function isGoodSegment(segment: usize, covered: u64): bool {
  const bytes = load<u64>(segment, 16);
  const rights = load<u32>(segment, 24);
  if (load<u64>(segment) != headerWord(BootinfoAt.kernelVirtual) + covered) return false;
  if (load<u64>(segment, 8) != headerWord(BootinfoAt.kernelPhysical) + covered) return false;
  if (bytes == 0 || !isAligned(bytes, LARGE_BYTES) || bytes > headerWord(BootinfoAt.kernelBytes) - covered)
    return false;
  return (rights & WRITE_EXECUTE) != WRITE_EXECUTE && (rights & ~KNOWN_RIGHTS) == 0;
}

function checkModules(): u32 {
  const count = headerHalf(BootinfoAt.moduleCount);
  if (count > MAX_MODULES) return refuse(BootinfoError.BAD_MODULES, count);
  const address = headerWord(BootinfoAt.modules);
  if (count != 0 && !isArray(address, PAGE_BYTES)) return refuse(BootinfoError.BAD_MODULES, address);
  if (count != 0) copyModules();
  for (let i: u32 = 0; i < count; i++) {
    if (!isGoodModule(moduleCopy(i))) return refuse(BootinfoError.BAD_MODULE, i);
  }
  return BootinfoError.NONE;
}

function isGoodModule(module: usize): bool {
  const physical = load<u64>(module);
  const bytes = load<u64>(module, 8);
  const isNamed = load<u8>(module, 16) != 0;
  return isNamed && isAligned(physical, PAGE_BYTES) && bytes != 0 && physical + bytes > physical;
}

function checkRest(): u32 {
  const base = headerWord(BootinfoAt.directMapVirtual);
  if (!isAligned(base, HUGE_BYTES) || base < DIRECT_MAP_ZONE || base >= MMIO_ZONE) {
    return refuse(BootinfoError.BAD_DIRECT_MAP, base);
  }
  const tables = headerWord(BootinfoAt.loaderTables);
  const bytes = headerWord(BootinfoAt.loaderTablesBytes);
  if (!isAligned(tables, PAGE_BYTES)) return refuse(BootinfoError.BAD_TABLES, tables);
  if (!isAligned(bytes, PAGE_BYTES) || tables + bytes < tables) return refuse(BootinfoError.BAD_TABLES, bytes);
  const flags = headerHalf(BootinfoAt.flags);
  if ((flags & ~KNOWN_FLAGS) != 0) return refuse(BootinfoError.BAD_FLAGS, flags);
  const crash = headerHalf(BootinfoAt.crash);
  return crash <= CrashKind.EARLY ? BootinfoError.NONE : refuse(BootinfoError.BAD_CRASH, crash);
}
