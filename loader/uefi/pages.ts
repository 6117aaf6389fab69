/** The firmware's page allocator (UEFI 2.10 §7.2). All pages that the agent takes are of type EfiLoaderData. */
import { EfiType } from "../../kernel/bootinfo/efi-memory";
import { out, setOut } from "../scratch";
import { isError } from "./status";
import { service } from "./system";
import { AllocateType, BootServicesAt } from "./tables";

export const PAGE_BYTES: u64 = 4096;
/** No pages: never an address that is handed out, for page 0 is not. */
export const NO_PAGES: u64 = 0;

export function pagesFor(byteCount: u64): u64 {
  return byteCount / PAGE_BYTES + (byteCount % PAGE_BYTES == 0 ? 0 : 1);
}

/** Pages anywhere, with whatever they held before, or NO_PAGES. */
export function tryAllocate(pageCount: u64): u64 {
  const status = service(
    BootServicesAt.allocatePages,
    AllocateType.ANY_PAGES,
    EfiType.LOADER_DATA,
    pageCount,
    setOut(0, NO_PAGES),
  );
  return isError(status) ? NO_PAGES : out(0);
}

/** Whether the pages at `address` could be had. */
export function tryAllocateAt(address: u64, pageCount: u64): bool {
  const status = service(
    BootServicesAt.allocatePages,
    AllocateType.ADDRESS,
    EfiType.LOADER_DATA,
    pageCount,
    setOut(0, address),
  );
  return !isError(status);
}

export function freePages(address: u64, pageCount: u64): void {
  if (pageCount != 0) service(BootServicesAt.freePages, address, pageCount);
}
