import { type FirmwareDescriptor, type FirmwareMap, MemoryType, type RamRange } from "./types.ts";

export const PAGE_BYTES = 4096n;
/** The modelled machine has no memory above this many address bits. */
export const MODEL_ADDRESS_BITS = 40n;
const ADDRESS_END = 1n << MODEL_ADDRESS_BITS;
const WORD_END = 1n << 64n;
/** EFI_MEMORY_WB (UEFI 2.10 §7.2): memory that can be cached is memory. */
const WRITE_BACK = 8n;

const RAM_TYPES: ReadonlySet<number> = new Set([
  MemoryType.LOADER_CODE,
  MemoryType.LOADER_DATA,
  MemoryType.BOOT_SERVICES_CODE,
  MemoryType.BOOT_SERVICES_DATA,
  MemoryType.RUNTIME_SERVICES_CODE,
  MemoryType.RUNTIME_SERVICES_DATA,
  MemoryType.CONVENTIONAL,
  MemoryType.ACPI_RECLAIM,
  MemoryType.ACPI_NVS,
  MemoryType.PERSISTENT,
]);

/**
 * What a machine with this map must have as RAM: sorted, disjoint. Descriptors that wrap, are not of whole frames, or reach beyond the
 * model's addresses have nothing behind them; nor has what a device's descriptor (memory-mapped I/O) covers as well.
 */
export function ramRanges(map: FirmwareMap): RamRange[] {
  const ram = map.descriptors.filter(isBacked).map(rangeOf);
  const devices = map.descriptors.filter(({ type }) => type === MemoryType.MMIO || type === MemoryType.MMIO_PORT);
  return subtract(merge(ram), merge(devices.map(coveredBy)));
}

/** What the firmware may hand out: conventional memory that no descriptor of another type claims too. Never page 0. */
export function freeRanges(map: FirmwareMap): RamRange[] {
  const free = map.descriptors.filter((one) => one.type === MemoryType.CONVENTIONAL && isBacked(one)).map(rangeOf);
  const others = map.descriptors.filter(({ type }) => type !== MemoryType.CONVENTIONAL).map(coveredBy);
  return subtract(merge(free), merge([...others, { start: 0n, end: PAGE_BYTES }]));
}

/** Reserved memory that can be cached is RAM that somebody keeps; the rest of it is not. */
function isBacked(descriptor: FirmwareDescriptor): boolean {
  const { type, physicalStart, pageCount, attribute } = descriptor;
  const isRam = RAM_TYPES.has(type) || (type === MemoryType.RESERVED && (attribute & WRITE_BACK) !== 0n);
  return isRam && physicalStart % PAGE_BYTES === 0n && physicalStart + pageCount * PAGE_BYTES <= ADDRESS_END;
}

export function rangeOf({ physicalStart, pageCount }: FirmwareDescriptor): RamRange {
  return { start: physicalStart, end: physicalStart + pageCount * PAGE_BYTES };
}

/** Every frame that the descriptor touches, up to the end of the address space. */
function coveredBy({ physicalStart, pageCount }: FirmwareDescriptor): RamRange {
  const end = physicalStart + pageCount * PAGE_BYTES;
  const roundedEnd = ((end + PAGE_BYTES - 1n) / PAGE_BYTES) * PAGE_BYTES;
  return { start: physicalStart - (physicalStart % PAGE_BYTES), end: roundedEnd > WORD_END ? WORD_END : roundedEnd };
}

/** Sorted, disjoint, not touching, none empty. */
export function merge(ranges: readonly RamRange[]): RamRange[] {
  const sorted = ranges
    .filter(({ start, end }) => start < end)
    .sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
  const merged: RamRange[] = [];
  for (const range of sorted) {
    const last = merged.at(-1);
    if (last === undefined || last.end < range.start) merged.push(range);
    else if (last.end < range.end) merged[merged.length - 1] = { start: last.start, end: range.end };
  }
  return merged;
}

/** Both lists as `merge` leaves them. */
export function subtract(ranges: readonly RamRange[], holes: readonly RamRange[]): RamRange[] {
  return ranges.flatMap((range) => {
    const left: RamRange[] = [];
    let { start } = range;
    for (const hole of holes) {
      if (hole.end <= start || hole.start >= range.end) continue;
      if (hole.start > start) left.push({ start, end: hole.start });
      start = hole.end;
    }
    if (start < range.end) left.push({ start, end: range.end });
    return left;
  });
}
