/**
 * What was odd about the firmware's tables and yet could be dealt with: counted, with the first offender, for the boot log. Constants
 * and names only.
 */
export namespace Oddity {
  // Tables, by their address. The table is ignored.
  /** Not in RAM that the kernel has mapped. */
  export const TABLE_OUTSIDE_RAM: u32 = 0;
  /** Not what bootinfo says it is, or of a length that it cannot have. */
  export const TABLE_DAMAGED: u32 = 1;
  export const TABLE_CHECKSUM: u32 = 2;

  // Entries, by their address.
  /** Of no length, or ending after its table: where the next one begins is anybody's guess, so this is the last that is read. */
  export const ENTRY_LENGTH: u32 = 3;
  /** Shorter than its type is: ignored. */
  export const ENTRY_SHORT: u32 = 4;

  // Processors, by APIC id.
  /** More than the kernel has room for: left out. */
  export const TOO_MANY_CPUS: u32 = 5;
  /** Listed, or given a node, once more: the first counts. */
  export const CPU_TWICE: u32 = 6;
  /** The one that booted is not in the MADT: it is believed to exist. */
  export const BOOT_CPU_UNLISTED: u32 = 7;
  /** The SRAT gives it no node: node 0. */
  export const CPU_WITHOUT_NODE: u32 = 8;

  // Ranges of memory, by their first byte.
  /** More than the kernel has room for: ignored. */
  export const TOO_MANY_RANGES: u32 = 9;
  /** No whole page. Ignored. */
  export const RANGE_EMPTY: u32 = 10;
  /** Ends beyond 2^64: ignored. */
  export const RANGE_WRAPPING: u32 = 11;
  /** Page belongs where its first byte does. */
  export const RANGE_MISALIGNED: u32 = 12;
  /** Of another node than a range that it overlaps: the first in the table counts. */
  export const RANGE_OVERLAP: u32 = 13;
  /** Holds no RAM of the memory map, and is neither for hot-plugging nor non-volatile: ignored. */
  export const RANGE_WITHOUT_RAM: u32 = 14;
  /** RAM that no range names: of the node below it, or else above it. */
  export const RAM_WITHOUT_NODE: u32 = 15;

  // Domains, by their number.
  /** Beyond the nodes that the kernel has room for: its memory is RAM_WITHOUT_NODE, its processors CPU_WITHOUT_NODE. */
  export const TOO_MANY_DOMAINS: u32 = 16;
  /** The SRAT, by its address, names no RAM at all: ignored. */
  export const NO_MEMORY: u32 = 17;

  // Distances.
  /** The SLIT's matrix does not fit into it: ignored. By the number of localities. */
  export const MATRIX_TOO_LARGE: u32 = 18;
  /** The SLIT does not know a domain, by its number: as if there were no SLIT. */
  export const DOMAIN_WITHOUT_DISTANCES: u32 = 19;
  // By the distance.
  /** Below 10, or to itself another than 10: as if there were no SLIT. */
  export const DISTANCE_INVALID: u32 = 20;
  /** There and back are different: both count as they are. */
  export const DISTANCE_ASYMMETRIC: u32 = 21;
  /** 255, no connection: used after all others. */
  export const DISTANCE_UNREACHABLE: u32 = 22;

  // The HPET, by its table's address.
  /** Its registers are at ports: not used. */
  export const HPET_AT_PORTS: u32 = 23;
}
export const ODDITY_COUNT: u32 = 24;

/** To be read after a count: "2 processors listed twice". */
export function oddityText(kind: u32): string {
  if (kind == Oddity.TABLE_OUTSIDE_RAM) return "ACPI table outside RAM, ignored";
  if (kind == Oddity.TABLE_DAMAGED) return "ACPI table damaged, ignored";
  if (kind == Oddity.TABLE_CHECKSUM) return "ACPI table with a wrong checksum, ignored";
  if (kind == Oddity.ENTRY_LENGTH) return "ACPI table cut short at an entry of impossible length";
  if (kind == Oddity.ENTRY_SHORT) return "ACPI entry too short for its type, ignored";
  if (kind == Oddity.TOO_MANY_CPUS) return "processor more than there is room for, left out";
  if (kind == Oddity.CPU_TWICE) return "processor listed twice, the first counts";
  if (kind == Oddity.BOOT_CPU_UNLISTED) return "processor that booted, yet is not in the MADT";
  if (kind == Oddity.CPU_WITHOUT_NODE) return "processor that the SRAT gives no node, so node 0";
  return rangeOddityText(kind);
}

function rangeOddityText(kind: u32): string {
  if (kind == Oddity.TOO_MANY_RANGES) return "range of the SRAT more than there is room for, ignored";
  if (kind == Oddity.RANGE_EMPTY) return "range of the SRAT without a page, ignored";
  if (kind == Oddity.RANGE_WRAPPING) return "range of the SRAT wrapping around 2^64, ignored";
  if (kind == Oddity.RANGE_MISALIGNED) return "range of the SRAT not page-aligned";
  if (kind == Oddity.RANGE_OVERLAP) return "range of the SRAT overlapping another node's, which counts";
  if (kind == Oddity.RANGE_WITHOUT_RAM) return "range of the SRAT without RAM, ignored";
  if (kind == Oddity.RAM_WITHOUT_NODE) return "run of RAM that the SRAT gives no node, so its neighbour's";
  if (kind == Oddity.TOO_MANY_DOMAINS) return "proximity domain more than there is room for, ignored";
  if (kind == Oddity.NO_MEMORY) return "SRAT that names no RAM, ignored";
  return distanceOddityText(kind);
}

function distanceOddityText(kind: u32): string {
  if (kind == Oddity.MATRIX_TOO_LARGE) return "SLIT too short for its localities, ignored";
  if (kind == Oddity.DOMAIN_WITHOUT_DISTANCES) return "proximity domain that the SLIT does not know";
  if (kind == Oddity.DISTANCE_INVALID) return "distance that cannot be, replaced";
  if (kind == Oddity.DISTANCE_ASYMMETRIC) return "distance that is another on the way back";
  return kind == Oddity.HPET_AT_PORTS
    ? "HPET whose registers are not in memory, ignored"
    : "distance of no connection, used last";
}
