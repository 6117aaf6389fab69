/** Memory from the firmware: whole pages of type EfiLoaderData, which the kernel finds through bootinfo (UEFI 2.10 §7.2). */
import { decimal, hex, text } from "./console";
import { endError, startError, Status } from "./errors";
import { out, setOut } from "./scratch";
import { isError } from "./uefi/status";
import { service } from "./uefi/system";
import { AllocateType, BootServicesAt, MemoryType } from "./uefi/tables";

export const PAGE_BYTES: u64 = 4096;

export function pagesFor(byteCount: u64): u64 {
  return byteCount / PAGE_BYTES + (byteCount % PAGE_BYTES == 0 ? 0 : 1);
}

/** `alignment` is a power of two; the result does not wrap for the sizes that files and RAM have. */
export function roundUp(value: u64, alignment: u64): u64 {
  return (value + alignment - 1) & ~(alignment - 1);
}

/** Pages anywhere, with whatever they held before. `purpose` is for the error when there are none. */
export function allocatePages(pageCount: u64, purpose: string): u64 {
  const status = service(
    BootServicesAt.allocatePages,
    AllocateType.ANY_PAGES,
    MemoryType.LOADER_DATA,
    pageCount,
    setOut(0, 0),
  );
  if (isError(status)) outOfMemory(pageCount, purpose, status);
  return out(0);
}

/** Zeroed pages. */
export function allocateZeroed(pageCount: u64, purpose: string): u64 {
  const address = allocatePages(pageCount, purpose);
  zeroBytes(address, pageCount * PAGE_BYTES);
  return address;
}

/** Whether the pages at `address` could be had. */
export function tryAllocateAt(address: u64, pageCount: u64): bool {
  const status = service(
    BootServicesAt.allocatePages,
    AllocateType.ADDRESS,
    MemoryType.LOADER_DATA,
    pageCount,
    setOut(0, address),
  );
  return !isError(status);
}

/** Pages whose address is a multiple of `alignment`: too many are taken, and the ends given back. */
export function allocateAligned(pageCount: u64, alignment: u64, purpose: string): u64 {
  const taken = allocatePages(pageCount + alignment / PAGE_BYTES - 1, purpose);
  const start = roundUp(taken, alignment);
  freePages(taken, (start - taken) / PAGE_BYTES);
  const end = start + pageCount * PAGE_BYTES;
  freePages(end, (taken + alignment - PAGE_BYTES - start) / PAGE_BYTES);
  return start;
}

export function freePages(address: u64, pageCount: u64): void {
  if (pageCount != 0) service(BootServicesAt.freePages, address, pageCount);
}

export function zeroBytes(address: u64, byteCount: u64): void {
  if (byteCount != 0) service(BootServicesAt.setMem, address, byteCount, 0);
}

export function copyBytes(to: u64, from: u64, byteCount: u64): void {
  if (byteCount != 0) service(BootServicesAt.copyMem, to, from, byteCount);
}

function outOfMemory(pageCount: u64, purpose: string, status: u64): void {
  startError("OutOfMemory");
  decimal(pageCount * (PAGE_BYTES / 1024));
  text(" KiB for ");
  text(purpose);
  text(" are not to be had; the firmware says ");
  hex(status);
  endError(Status.BAD_MACHINE);
}
