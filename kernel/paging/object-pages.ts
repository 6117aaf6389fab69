import { invalidatePage, OBJECT_PAGES, objectPage, objectWindow } from "platform";
import { VirtAddr } from "../address/addr";
import { PAGE_BYTES } from "../address/pages";
import { kernelVirtual } from "../bootinfo/bootinfo";
import { Frame } from "../frames/frame";
import { kernelRoot } from "./kernel-space";
import { noteKernelFlush } from "./kernel-flushes";
import { Pte } from "./pte";
import { hasPageTable, mapPage, PagingError, reserveTables, unmapPage } from "./tables";

/**
 * The window of the kernel zone in which the heap's slabs are: writable, never executable, global. It begins where the platform's linear
 * memory can go on (platform/CONTRACT.md, "Kernel objects"). The heap calls these under its pages' lock.
 */
let window: u64 = 0;
let tables: u64 = 0;

/**
 * Finds the window, and makes what every root must have before it is copied, and the first table: so both machines, whose images differ
 * in size, make the same ones later. Returns a PagingError.
 */
export function openObjectWindow(): u32 {
  window = objectWindow(kernelVirtual());
  tables = 0;
  const last = window + <u64>(OBJECT_PAGES - 1) * PAGE_BYTES;
  // Less than 1 GiB: it touches two tables of level 2 at most.
  const error = reserveTables(kernelRoot(), <VirtAddr>last, 2);
  return error == PagingError.NONE ? reserveTables(kernelRoot(), <VirtAddr>window, 1) : error;
}

function placeOf(slot: u32): VirtAddr {
  return <VirtAddr>(window + <u64>slot * PAGE_BYTES);
}

/** Maps `frame` at place `slot`; returns its linear address, or 0 when there is no frame for a table. */
export function attachObjectPage(slot: u32, frame: Frame): usize {
  const isNew = !hasPageTable(kernelRoot(), placeOf(slot));
  const flags = Pte.WRITE | Pte.NO_EXECUTE | Pte.GLOBAL;
  if (mapPage(kernelRoot(), placeOf(slot), frame.address, 1, flags) != PagingError.NONE) return 0;
  if (isNew) tables += 1;
  return objectPage(slot, frame.address);
}

/** Unmaps place `slot`; other CPUs forget it before they use the heap again (`kernel-flushes.ts`). */
export function detachObjectPage(slot: u32): void {
  unmapPage(kernelRoot(), placeOf(slot));
  invalidatePage(placeOf(slot));
  noteKernelFlush();
}

/** Tables made for places since the window was opened. They stay, as all of the kernel's do. */
export function objectPageTables(): u64 {
  return tables;
}
