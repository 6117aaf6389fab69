import { invalidatePage, writeCr3 } from "platform";
import { PhysAddr, VirtAddr } from "../address/addr";
import { MMIO_ZONE } from "../address/layout";
import { LARGE_BYTES } from "../address/pages";
import { SegmentRight } from "../bootinfo/layout";
import {
  directMapBase,
  segmentBytes,
  segmentCount,
  segmentPhysical,
  segmentRights,
  segmentVirtual,
} from "../bootinfo/bootinfo";
import { isRam, rangeCount, rangeFirst, RangeKind, rangeKind, rangeLast } from "../memory-map/memory-map";
import { noteKernelFlush } from "./kernel-flushes";
import { Pte } from "./pte";
import { allocateTable, mapRange, PagingError, reserveRootEntry, setRights } from "./tables";

/**
 * The kernel's own tables, which replace the firmware's and the boot agent's. Their root is the template whose upper half every
 * space shares, so all its root entries exist before the first space is made (those of modules: `module-zone.ts`), and never change after.
 *
 * Invariants: nothing is both writable and executable; the lower half is empty; the direct map holds RAM and nothing else, never
 * executable, and writable only where the kernel image does not say otherwise.
 */
let root: PhysAddr = <PhysAddr>0;

export function kernelRoot(): PhysAddr {
  return root;
}

/** Builds the tables. Returns a PagingError. */
export function buildKernelSpace(): u32 {
  root = allocateTable();
  if (root == 0) return PagingError.NO_FRAME;
  let error = mapSegments();
  if (error == PagingError.NONE) error = mapRam();
  if (error == PagingError.NONE) error = reserveRootEntry(root, <VirtAddr>MMIO_ZONE);
  return error;
}

export function loadKernelSpace(): void {
  writeCr3(root);
}

function mapSegments(): u32 {
  for (let i: u32 = 0; i < segmentCount(); i++) {
    const flags = segmentFlags(segmentRights(i)) | Pte.GLOBAL;
    const virtual = <VirtAddr>segmentVirtual(i);
    const physical = <PhysAddr>segmentPhysical(i);
    let error = mapRange(root, virtual, physical, segmentBytes(i), flags);
    if (error != PagingError.NONE) return error;
    error = mapRange(root, directMapped(physical), physical, segmentBytes(i), flags | Pte.NO_EXECUTE);
    if (error != PagingError.NONE) return error;
  }
  return PagingError.NONE;
}

function segmentFlags(rights: u32): u64 {
  const write: u64 = (rights & SegmentRight.WRITE) != 0 ? Pte.WRITE : 0;
  const execute: u64 = (rights & SegmentRight.EXECUTE) != 0 ? 0 : Pte.NO_EXECUTE;
  return write | execute;
}

/** Where the direct map holds `physical`. */
export function directMapped(physical: PhysAddr): VirtAddr {
  return <VirtAddr>(directMapBase() + physical);
}

/** Maps all RAM but the kernel image (`mapSegments` did that), neighbours together, so that large pages cover their borders. */
function mapRam(): u32 {
  for (let i: u32 = 0; i < rangeCount();) {
    const first = rangeFirst(i);
    if (!isMappedAsRam(i)) {
      i += 1;
      continue;
    }
    let end = rangeLast(i) + 1;
    for (i += 1; i < rangeCount() && isMappedAsRam(i) && rangeFirst(i) == end; i++) end = rangeLast(i) + 1;
    const at = directMapped(<PhysAddr>first);
    const error = mapRange(root, at, <PhysAddr>first, end - first, Pte.WRITE | Pte.NO_EXECUTE | Pte.GLOBAL);
    if (error != PagingError.NONE) return error;
  }
  return PagingError.NONE;
}

function isMappedAsRam(range: u32): bool {
  return isRam(rangeKind(range)) && rangeKind(range) != RangeKind.KERNEL;
}

/** Takes the right to write from the sealed segments, in both places where they are mapped. Nothing gives it back. */
export function lockSealedSegments(): void {
  for (let i: u32 = 0; i < segmentCount(); i++) {
    if ((segmentRights(i) & SegmentRight.SEALED) == 0) continue;
    for (let done: u64 = 0; done < segmentBytes(i); done += LARGE_BYTES) {
      lockPage(<VirtAddr>(segmentVirtual(i) + done));
      lockPage(directMapped(<PhysAddr>(segmentPhysical(i) + done)));
    }
  }
}

function lockPage(address: VirtAddr): void {
  setRights(root, address, Pte.NO_EXECUTE);
  invalidatePage(address);
  noteKernelFlush();
}

/** First address of the sealed segment. */
export function sealedBase(): VirtAddr {
  for (let i: u32 = 0; i < segmentCount(); i++) {
    if ((segmentRights(i) & SegmentRight.SEALED) != 0) return <VirtAddr>segmentVirtual(i);
  }
  assert(false, "the kernel image has no sealed segment");
  return <VirtAddr>0;
}
