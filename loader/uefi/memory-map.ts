/**
 * The firmware's memory map (UEFI 2.10 §7.2, GetMemoryMap): one buffer, read once for the agent's own use and again, to be handed
 * over, when nothing is left to allocate.
 */
import { DESCRIPTOR_BYTES, DescriptorAt, EfiType } from "../../kernel/bootinfo/efi-memory";
import { decimal, hex, text, useSerialPort } from "../console";
import { endError, firmwareFailed, startError, Status } from "../errors";
import { load32, load64, store32, store64 } from "../firmware";
import { out, setOut } from "../scratch";
import { freePages, NO_PAGES, PAGE_BYTES, pagesFor, tryAllocate } from "./pages";
import { EFI_BUFFER_TOO_SMALL, EFI_INVALID_PARAMETER, isError } from "./status";
import { image, service } from "./system";
import { BootServicesAt } from "./tables";

/** Descriptors that the map may gain before it is read for the last time: allocations split what they take from. */
const SPARE_DESCRIPTORS: u64 = 128;
/** How often a map may go stale before the agent gives up. */
export const MAX_EXIT_ATTEMPTS: u32 = 16;

let buffer: u64 = 0;
let bufferPages: u64 = 0;
let byteCount: u64 = 0;
let mapKey: u64 = 0;
let stride: u64 = 0;
let version: u32 = 0;

export function mapAddress(): u64 {
  return buffer;
}
export function mapBytes(): u64 {
  return byteCount;
}
export function descriptorStride(): u64 {
  return stride;
}
export function descriptorVersion(): u32 {
  return version;
}
export function descriptorCount(): u64 {
  return byteCount / stride;
}
export function descriptorType(index: u64): u32 {
  return load32(buffer + index * stride + DescriptorAt.type);
}
export function descriptorStart(index: u64): u64 {
  return load64(buffer + index * stride + DescriptorAt.physicalStart);
}
export function descriptorPages(index: u64): u64 {
  return load64(buffer + index * stride + DescriptorAt.pageCount);
}

/** Changes the agent's copy of the map. So does the next. */
export function setDescriptorType(index: u64, type: u32): void {
  store32(buffer + index * stride + DescriptorAt.type, type);
}

/** Whether there was room for one descriptor more. */
export function appendDescriptor(type: u32, start: u64, pageCount: u64): bool {
  if (byteCount + stride > bufferPages * PAGE_BYTES) return false;
  const at = buffer + byteCount;
  store32(at + DescriptorAt.type, type);
  store64(at + DescriptorAt.physicalStart, start);
  store64(at + DescriptorAt.pageCount, pageCount);
  store64(at + DescriptorAt.attribute, 0);
  byteCount += stride;
  return true;
}

/** More pages than any machine has: a descriptor of so many tells nothing. */
const ABSURD_PAGE_COUNT: u64 = 0x10_0000_0000;

/** Free memory when the map was read last; 0 before. */
export function freeBytes(): u64 {
  let pages: u64 = 0;
  const count = stride == 0 ? 0 : descriptorCount();
  for (let i: u64 = 0; i < count; i++) {
    const isFree = descriptorType(i) == EfiType.CONVENTIONAL && descriptorPages(i) < ABSURD_PAGE_COUNT;
    if (isFree) pages += descriptorPages(i);
  }
  return pages * PAGE_BYTES;
}

/** Reads the map, with a buffer that has room for what the agent's allocations will add. */
export function readMemoryMap(): void {
  let status = getMemoryMap();
  if (status == EFI_BUFFER_TOO_SMALL) {
    growBuffer(out(0));
    status = getMemoryMap();
  }
  if (isError(status)) firmwareFailed("GetMemoryMap", status);
}

function getMemoryMap(): u64 {
  setOut(3, 0);
  const size = setOut(0, bufferPages * PAGE_BYTES);
  const status = service(BootServicesAt.getMemoryMap, size, buffer, setOut(1, 0), setOut(2, 0), setOut(3, 0));
  byteCount = out(0);
  mapKey = out(1);
  stride = out(2);
  version = <u32>out(3);
  if (!isError(status) && !strideIsUsable()) badStride();
  return status;
}

/** A descriptor's fields must fit and its words be aligned. */
function strideIsUsable(): bool {
  return stride >= DESCRIPTOR_BYTES && stride % 8 == 0;
}

function badStride(): void {
  startError("BadMemoryMap");
  text("descriptors of ");
  decimal(stride);
  text(" bytes; want a multiple of 8, 40 at least");
  endError(Status.BAD_MACHINE);
}

function growBuffer(needed: u64): void {
  const spare = SPARE_DESCRIPTORS * (stride > DESCRIPTOR_BYTES ? stride : DESCRIPTOR_BYTES);
  freePages(buffer, bufferPages);
  bufferPages = pagesFor(needed + spare);
  buffer = tryAllocate(bufferPages);
  if (buffer == NO_PAGES) noBuffer(needed);
}

function noBuffer(needed: u64): void {
  startError("OutOfMemory");
  text("no room for the memory map, which has ");
  decimal(needed);
  text(" bytes");
  endError(Status.BAD_MACHINE);
}

/**
 * Leaves boot services with a map that is still true. A refused exit may already have shut some services down: from then on only
 * GetMemoryMap is called (UEFI 2.10 §7.4.6), so the buffer must be large enough beforehand, and errors are told without the firmware.
 */
export function exitBootServices(): void {
  readMemoryMap();
  useSerialPort();
  for (let attempt: u32 = 0; attempt < MAX_EXIT_ATTEMPTS; attempt++) {
    const status = service(BootServicesAt.exitBootServices, image(), mapKey);
    if (!isError(status)) return;
    if (status != EFI_INVALID_PARAMETER) firmwareFailed("ExitBootServices", status);
    const again = getMemoryMap();
    if (isError(again)) firmwareFailed("GetMemoryMap", again);
  }
  exitRefused();
}

function exitRefused(): void {
  startError("ExitRefused");
  text("the memory map went stale ");
  decimal(MAX_EXIT_ATTEMPTS);
  text(" times between GetMemoryMap and ExitBootServices; last key ");
  hex(mapKey);
  endError(Status.BAD_MACHINE);
}
