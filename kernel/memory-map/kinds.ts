/**
 * Kinds of physical memory, as the kernel sees them. Where ranges of the firmware overlap, the higher number wins: it is the more
 * restrictive. Constants and names only, so that the machine and the command may import it.
 */
export namespace RangeKind {
  /** No range at all: a hole. Never in the table. */
  export const NONE: u32 = 0;
  /** Conventional memory, and that of boot services, which are gone (UEFI 2.10 §7.2, table 7.10). */
  export const FREE: u32 = 1;
  /** The boot agent's, except what bootinfo names: free once it is left behind. */
  export const LOADER: u32 = 2;

  // What bootinfo and the kernel claim, out of the two kinds above.
  /** Page 0, and the page below 1 MiB in which application processors start. */
  export const LOW: u32 = 3;
  /** The page tables that the kernel starts on: free once it has its own. */
  export const HANDOVER: u32 = 4;
  /** bootinfo, its arrays and the copied memory map: free once it has been read. */
  export const BOOTINFO: u32 = 5;
  export const MODULE: u32 = 6;
  export const KERNEL: u32 = 7;

  // What the firmware keeps.
  /** ACPI tables: free for who has read them all. */
  export const ACPI_RECLAIM: u32 = 8;
  export const ACPI_NVS: u32 = 9;
  /** Code and data of runtime services, and whatever else has EFI_MEMORY_RUNTIME. */
  export const RUNTIME: u32 = 10;
  /** RAM that must be accepted before use, in confidential guests. */
  export const UNACCEPTED: u32 = 11;
  export const PERSISTENT: u32 = 12;
  /** Reserved, or of a type that this kernel does not know. */
  export const RESERVED: u32 = 13;
  export const MMIO: u32 = 14;
  /** RAM in which errors were found. */
  export const UNUSABLE: u32 = 15;
}

/** Kinds are below this. */
export const RANGE_KIND_COUNT: u32 = 16;

/** Is memory of this kind RAM that works: is it in the direct map, and does it have frames? */
export function isRam(kind: u32): bool {
  return kind >= RangeKind.FREE && kind <= RangeKind.RUNTIME;
}

/** Will the kernel use it when the boot agent is gone? */
export function isUsable(kind: u32): bool {
  return kind == RangeKind.FREE || isReclaimed(kind);
}

/** Does `reclaimLoaderMemory` free it? */
export function isReclaimed(kind: u32): bool {
  return kind == RangeKind.LOADER || kind == RangeKind.HANDOVER || kind == RangeKind.BOOTINFO;
}

export function rangeKindName(kind: u32): string {
  if (kind == RangeKind.FREE) return "free";
  if (kind == RangeKind.LOADER) return "boot agent";
  if (kind == RangeKind.LOW) return "low memory";
  if (kind == RangeKind.HANDOVER) return "handover tables";
  if (kind == RangeKind.BOOTINFO) return "bootinfo";
  if (kind == RangeKind.MODULE) return "module";
  if (kind == RangeKind.KERNEL) return "kernel";
  return firmwareKindName(kind);
}

function firmwareKindName(kind: u32): string {
  if (kind == RangeKind.ACPI_RECLAIM) return "ACPI tables";
  if (kind == RangeKind.ACPI_NVS) return "ACPI NVS";
  if (kind == RangeKind.RUNTIME) return "runtime services";
  if (kind == RangeKind.UNACCEPTED) return "unaccepted";
  if (kind == RangeKind.PERSISTENT) return "persistent";
  if (kind == RangeKind.RESERVED) return "reserved";
  if (kind == RangeKind.MMIO) return "MMIO";
  if (kind == RangeKind.UNUSABLE) return "unusable";
  return "hole";
}
