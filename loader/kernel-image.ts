/** The kernel: read, checked, put at a free place in physical memory, and made to fit its virtual base. */
import { ProgramHeaderAt } from "../kernel/bootinfo/elf";
import { EfiType } from "../kernel/bootinfo/efi-memory";
import { SegmentRight } from "../kernel/bootinfo/layout";
import { addSegmentInfo } from "./bootinfo/block";
import { isRandomised } from "./config";
import { checkHeader, entryPoint } from "./elf/header";
import { relocate } from "./elf/relocations";
import { checkSegments, imageBase, imageBytes, loadSegments, segment, segmentCount } from "./elf/segments";
import { fileBytes, readFile, setPath } from "./files";
import { load32, load64 } from "./firmware";
import { allocateAligned, roundUp } from "./memory";
import { randomBelow } from "./random";
import { descriptorCount, descriptorPages, descriptorStart, descriptorType } from "./uefi/memory-map";
import { freePages, NO_PAGES, PAGE_BYTES, pagesFor, tryAllocateAt } from "./uefi/pages";
import { LARGE_PAGE_BYTES } from "./zones";

const KERNEL_FILE_LIMIT_BYTES: u64 = 0x1000_0000;

let physicalBase: u64 = 0;
let virtualBase: u64 = 0;
let byteCount: u64 = 0;
let entry: u64 = 0;

export function kernelPhysical(): u64 {
  return physicalBase;
}
export function kernelVirtual(): u64 {
  return virtualBase;
}
/** A multiple of 2 MiB. */
export function kernelBytes(): u64 {
  return byteCount;
}
/** Virtual. */
export function kernelEntry(): u64 {
  return entry;
}

/** Needs the memory map and bootinfo's block. */
export function loadKernel(virtual: u64): void {
  setPath("\\nitros\\kernel.elf");
  const file = readFile(KERNEL_FILE_LIMIT_BYTES);
  checkHeader(file, fileBytes());
  checkSegments(LARGE_PAGE_BYTES);
  virtualBase = virtual;
  byteCount = imageBytes();
  physicalBase = choosePlace();
  entry = virtual + entryPoint() - imageBase();
  loadSegments(physicalBase);
  relocate(physicalBase, virtual);
  describeSegments();
  freePages(file, pagesFor(fileBytes()));
}

function describeSegments(): void {
  const known = SegmentRight.READ | SegmentRight.WRITE | SegmentRight.EXECUTE | SegmentRight.SEALED;
  for (let i: u32 = 0; i < segmentCount(); i++) {
    const header = segment(i);
    const offset = load64(header + ProgramHeaderAt.virtual) - imageBase();
    const size = roundUp(load64(header + ProgramHeaderAt.memoryBytes), LARGE_PAGE_BYTES);
    const rights = load32(header + ProgramHeaderAt.flags) & known;
    addSegmentInfo(virtualBase + offset, physicalBase + offset, size, rights);
  }
}

/**
 * A random 2 MiB aligned place in free memory, or the first; if the firmware has taken it since the map was read, wherever there is
 * room to align.
 */
function choosePlace(): u64 {
  const count = placesTotal();
  if (count != 0) {
    const place = placeAt(isRandomised() ? randomBelow(count) : 0);
    if (tryAllocateAt(place, byteCount / PAGE_BYTES)) return place;
  }
  return allocateAligned(byteCount / PAGE_BYTES, LARGE_PAGE_BYTES, "the kernel");
}

function placesTotal(): u64 {
  let total: u64 = 0;
  const count = descriptorCount();
  for (let i: u64 = 0; i < count; i++) total += placesIn(i);
  return total;
}

function placeAt(index: u64): u64 {
  const count = descriptorCount();
  for (let i: u64 = 0; i < count; i++) {
    const places = placesIn(i);
    if (index < places) return firstPlaceIn(i) + index * LARGE_PAGE_BYTES;
    index -= places;
  }
  return NO_PAGES;
}

/** Never physical address 0. */
function firstPlaceIn(index: u64): u64 {
  const start = descriptorStart(index);
  return start == 0 ? LARGE_PAGE_BYTES : roundUp(start, LARGE_PAGE_BYTES);
}

/** How many aligned places for the kernel a descriptor's free memory has; none in one that wraps. */
function placesIn(index: u64): u64 {
  if (descriptorType(index) != EfiType.CONVENTIONAL) return 0;
  const start = descriptorStart(index);
  const pageCount = descriptorPages(index);
  const first = firstPlaceIn(index);
  if (first < start || pageCount > ~start / PAGE_BYTES) return 0;
  const end = start + pageCount * PAGE_BYTES;
  return end < first || end - first < byteCount ? 0 : (end - first - byteCount) / LARGE_PAGE_BYTES + 1;
}
