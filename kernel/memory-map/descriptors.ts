import { physLoad32, physLoad64 } from "platform";
import { PAGE_BYTES, PAGE_SHIFT } from "../address/pages";
import { FRAME_LIMIT } from "../frames/frame";
import { noteAnomaly } from "./anomalies";
import { Anomaly } from "./anomaly";
import { isRam, isUsable, RangeKind } from "./kinds";
import { physicalPages } from "./limits";
import { addRun } from "./sweep";

/**
 * EFI_MEMORY_DESCRIPTOR (UEFI 2.10 §7.2). Only the firmware's stride says where the next one is.
 *
 *     byte  size  field
 *        0     4  Type
 *        8     8  PhysicalStart
 *       16     8  VirtualStart
 *       24     8  NumberOfPages   of 4 KiB
 *       32     8  Attribute
 *       40        end
 */
export const DESCRIPTOR_BYTES: u32 = 40;

namespace DescriptorAt {
  export const type: u64 = 0;
  export const physicalStart: u64 = 8;
  export const pageCount: u64 = 24;
  export const attribute: u64 = 32;
}

/** EFI_MEMORY_RUNTIME: the operating system must keep it, whatever its type. */
const RUNTIME_ATTRIBUTE: u64 = 1 << 63;
/** EFI_MEMORY_SP: set aside for a purpose of its own, not for general use. */
const SPECIFIC_PURPOSE_ATTRIBUTE: u64 = 1 << 18;
/** Page numbers are below this: 2^64 bytes. */
const ALL_PAGES: u64 = 1 << 52;

/** EFI_MEMORY_TYPE (UEFI 2.10 §7.2, table 7.10), as the kernel sees it. */
function kindOfType(type: u32): u32 {
  switch (type) {
    case 1: // EfiLoaderCode
    case 2: // EfiLoaderData
      return RangeKind.LOADER;
    case 3: // EfiBootServicesCode: the services ended with ExitBootServices
    case 4: // EfiBootServicesData
    case 7: // EfiConventionalMemory
      return RangeKind.FREE;
    case 5: // EfiRuntimeServicesCode
    case 6: // EfiRuntimeServicesData
      return RangeKind.RUNTIME;
    case 8: // EfiUnusableMemory
      return RangeKind.UNUSABLE;
    case 9: // EfiACPIReclaimMemory
      return RangeKind.ACPI_RECLAIM;
    case 10: // EfiACPIMemoryNVS
      return RangeKind.ACPI_NVS;
    case 11: // EfiMemoryMappedIO
    case 12: // EfiMemoryMappedIOPortSpace
      return RangeKind.MMIO;
    case 14: // EfiPersistentMemory
      return RangeKind.PERSISTENT;
    case 15: // EfiUnacceptedMemoryType
      return RangeKind.UNACCEPTED;
    default: // EfiReservedMemoryType, EfiPalCode, OEM's, operating systems', nobody's
      return RangeKind.RESERVED;
  }
}

function isKnownType(type: u32): bool {
  return type <= 15;
}

function kindOf(type: u32, attribute: u64): u32 {
  const kind = kindOfType(type);
  if (!isUsable(kind)) return kind;
  if ((attribute & RUNTIME_ATTRIBUTE) != 0) return RangeKind.RUNTIME;
  return (attribute & SPECIFIC_PURPOSE_ATTRIBUTE) != 0 ? RangeKind.RESERVED : kind;
}

/** What of the map is usable memory, in pages, descriptors taken one by one. */
let usablePages: u64 = 0;

/** Adds `count` descriptors to the sweep. Returns the number of usable pages among them, overlaps counted twice. */
export function addDescriptors(map: u64, count: u64, stride: u64): u64 {
  usablePages = 0;
  let before: u64 = 0;
  for (let i: u64 = 0; i < count; i++) {
    const at = map + i * stride;
    const start = physLoad64(at + DescriptorAt.physicalStart);
    if (start < before) noteAnomaly(Anomaly.OUT_OF_ORDER, start);
    before = start;
    addDescriptor(at, start);
  }
  return usablePages;
}

function addDescriptor(at: u64, start: u64): void {
  const type = physLoad32(at + DescriptorAt.type);
  const pages = physLoad64(at + DescriptorAt.pageCount);
  if (!isKnownType(type)) noteAnomaly(Anomaly.UNKNOWN_TYPE, type);
  if (pages == 0) return noteAnomaly(Anomaly.ZERO_LENGTH, start);
  addPages(start, pages, kindOf(type, physLoad64(at + DescriptorAt.attribute)));
}

/** Rounds to pages: what may be used shrinks, what may not grows. */
function addPages(start: u64, pages: u64, kind: u32): void {
  const isMisaligned = (start & (PAGE_BYTES - 1)) != 0;
  if (isMisaligned) noteAnomaly(Anomaly.MISALIGNED, start);
  const edge: u64 = isMisaligned ? 1 : 0;
  const page = start >> PAGE_SHIFT;
  const isWrapping = pages > ALL_PAGES - page - edge;
  if (isWrapping) noteAnomaly(Anomaly.WRAPPING, start);
  if (isWrapping && isUsable(kind)) return;
  const end = isWrapping ? ALL_PAGES : page + pages;
  if (isUsable(kind)) addBounded(page + edge, end, kind);
  else addBounded(page, isWrapping ? end : end + edge, kind);
}

/** Leaves out what no address, or no frame number, reaches. */
function addBounded(first: u64, end: u64, kind: u32): void {
  let bounded = end;
  if (bounded > physicalPages()) {
    noteAnomaly(Anomaly.BEYOND_PHYSICAL, max<u64>(first, physicalPages()) << PAGE_SHIFT);
    bounded = physicalPages();
  }
  if (isRam(kind) && bounded > FRAME_LIMIT) {
    noteAnomaly(Anomaly.BEYOND_FRAMES, max<u64>(first, FRAME_LIMIT) << PAGE_SHIFT);
    bounded = FRAME_LIMIT;
  }
  if (first >= bounded) return;
  if (isUsable(kind)) usablePages += bounded - first;
  addRun(first, bounded, kind);
}
