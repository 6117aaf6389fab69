import { physLoad32, physLoad64 } from "platform";
import { PAGE_BYTES, PAGE_SHIFT } from "../address/pages";
import { FRAME_LIMIT } from "../frames/frame";
import { noteAnomaly } from "./anomalies";
import { Anomaly } from "./anomaly";
import { DescriptorAt, EFI_TYPE_COUNT, EfiType, isSoundRam } from "../bootinfo/efi-memory";
import { isRam, isUsable, RangeKind } from "./kinds";
import { physicalPages, ramPages } from "./limits";
import { addRun } from "./sweep";

/** The firmware's descriptors (kernel/bootinfo/efi-memory.ts draws one), as runs of pages of the kernel's kinds. */
/** EFI_MEMORY_RUNTIME: the operating system must keep it, whatever its type. */
const RUNTIME_ATTRIBUTE: u64 = 1 << 63;
/** EFI_MEMORY_SP: set aside for a purpose of its own, not for general use. */
const SPECIFIC_PURPOSE_ATTRIBUTE: u64 = 1 << 18;
/** Page numbers are below this: 2^64 bytes. */
const ALL_PAGES: u64 = 1 << 52;

/** EFI_MEMORY_TYPE, as the kernel sees it. */
function kindOfType(type: u32): u32 {
  switch (type) {
    case EfiType.LOADER_CODE:
    case EfiType.LOADER_DATA:
      return RangeKind.LOADER;
    case EfiType.BOOT_SERVICES_CODE: // The services ended with ExitBootServices.
    case EfiType.BOOT_SERVICES_DATA:
    case EfiType.CONVENTIONAL:
      return RangeKind.FREE;
    case EfiType.RUNTIME_SERVICES_CODE:
    case EfiType.RUNTIME_SERVICES_DATA:
      return RangeKind.RUNTIME;
    case EfiType.UNUSABLE:
      return RangeKind.UNUSABLE;
    case EfiType.ACPI_RECLAIM:
      return RangeKind.ACPI_RECLAIM;
    case EfiType.ACPI_NVS:
      return RangeKind.ACPI_NVS;
    case EfiType.MMIO:
    case EfiType.MMIO_PORTS:
      return RangeKind.MMIO;
    case EfiType.PERSISTENT:
      return RangeKind.PERSISTENT;
    case EfiType.UNACCEPTED:
      return RangeKind.UNACCEPTED;
    default: // Reserved, PAL code, an OEM's, an operating system's, nobody's.
      return RangeKind.RESERVED;
  }
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
  if (type >= EFI_TYPE_COUNT) noteAnomaly(Anomaly.UNKNOWN_TYPE, type);
  if (pages == 0) return noteAnomaly(Anomaly.ZERO_LENGTH, start);
  addPages(start, pages, kindOf(type, physLoad64(at + DescriptorAt.attribute)));
}

/**
 * RAM of which the descriptor is wrong about something is not believed: the boot agent has not mapped it. Usable, it is left out; kept
 * by the firmware for itself, it stays reserved. The rest is widened to whole pages.
 */
function addPages(start: u64, pages: u64, kind: u32): void {
  const page = start >> PAGE_SHIFT;
  const edge: u64 = (start & (PAGE_BYTES - 1)) != 0 ? 1 : 0;
  const isWrapping = pages > ALL_PAGES - page - edge;
  const end = isWrapping ? ALL_PAGES : page + pages + edge;
  if (edge != 0) noteAnomaly(Anomaly.MISALIGNED, start);
  if (isWrapping) noteAnomaly(Anomaly.WRAPPING, start);
  else if (end > physicalPages()) noteAnomaly(Anomaly.BEYOND_PHYSICAL, max<u64>(page, physicalPages()) << PAGE_SHIFT);
  else if (isRam(kind) && end > FRAME_LIMIT)
    noteAnomaly(Anomaly.BEYOND_FRAMES, max<u64>(page, FRAME_LIMIT) << PAGE_SHIFT);
  if (!isRam(kind)) return addReachable(page, end, kind);
  if (isSoundRam(start, pages, ramPages())) addRam(page, min<u64>(end, FRAME_LIMIT), kind);
  else if (!isUsable(kind)) addReachable(page, end, RangeKind.RESERVED);
}

function addRam(first: u64, end: u64, kind: u32): void {
  if (first >= end) return;
  if (isUsable(kind)) usablePages += end - first;
  addRun(first, end, kind);
}

/** Leaves out what no address reaches. */
function addReachable(first: u64, end: u64, kind: u32): void {
  const bounded = min<u64>(end, physicalPages());
  if (first < bounded) addRun(first, bounded, kind);
}
