/** Memory for everything that the agent makes or reads. That there is none left is an error that says for what. */
import { decimal, text } from "./console";
import { endError, startError, Status } from "./errors";
import { freeBytes } from "./uefi/memory-map";
import { freePages, NO_PAGES, PAGE_BYTES, tryAllocate } from "./uefi/pages";
import { service } from "./uefi/system";
import { BootServicesAt } from "./uefi/tables";

/** `alignment` is a power of two; the result does not wrap for the sizes that files and RAM have. */
export function roundUp(value: u64, alignment: u64): u64 {
  return (value + alignment - 1) & ~(alignment - 1);
}

/** Pages anywhere, with whatever they held before. `purpose` is for the error when there are none. */
export function allocatePages(pageCount: u64, purpose: string): u64 {
  const address = tryAllocate(pageCount);
  if (address == NO_PAGES) outOfMemory(pageCount, purpose);
  return address;
}

/** Zeroed pages. */
export function allocateZeroed(pageCount: u64, purpose: string): u64 {
  const address = allocatePages(pageCount, purpose);
  zeroBytes(address, pageCount * PAGE_BYTES);
  return address;
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

export function zeroBytes(address: u64, byteCount: u64): void {
  if (byteCount != 0) service(BootServicesAt.setMem, address, byteCount, 0);
}

export function copyBytes(to: u64, from: u64, byteCount: u64): void {
  if (byteCount != 0) service(BootServicesAt.copyMem, to, from, byteCount);
}

/** Room for the kernel, a program, and what the boot agent needs meanwhile; about. */
const SMALLEST_MACHINE: u64 = 16 * 1024 * 1024;

function outOfMemory(pageCount: u64, purpose: string): void {
  startError("OutOfMemory");
  text("no room for ");
  text(purpose);
  text(": needs ");
  decimal(pageCount * (PAGE_BYTES / 1024));
  text(" KiB in one piece; ");
  decimal(freeBytes() / 1024);
  text(" KiB were free in all");
  if (freeBytes() < SMALLEST_MACHINE) text(", of the 16 MiB that a boot takes");
  endError(Status.BAD_MACHINE);
}
