/**
 * `bootinfo_t`, version 1: what the boot agent hands to the kernel. One physical page-aligned block, little-endian. The kernel
 * accepts exactly this magic, version and header size. All addresses are physical unless the name says otherwise.
 *
 *     byte  size  field
 *        0     8  magic                 "NITRBOOT"
 *        8     4  version               1
 *       12     4  size                  BOOTINFO_BYTES
 *       16     8  memoryMap             address of the UEFI descriptors (UEFI 2.10 §7.2, EFI_MEMORY_DESCRIPTOR)
 *       24     8  memoryMapBytes        bytes that the firmware filled
 *       32     4  descriptorStride      bytes from one descriptor to the next: the firmware's, never sizeof
 *       36     4  descriptorVersion     the firmware's, 1
 *       40     8  kernelPhysical        lowest address of the kernel image, 2 MiB aligned
 *       48     8  kernelVirtual         where it is mapped, 2 MiB aligned, in the kernel zone
 *       56     8  kernelBytes           from first to last segment, a multiple of 2 MiB
 *       64     8  kernelSegments        address of SEGMENT entries
 *       72     4  kernelSegmentCount
 *       76     4  moduleCount
 *       80     8  modules               address of MODULE entries
 *       88     8  directMapVirtual      base of the direct map, 1 GiB aligned
 *       96     8  rsdp                  ACPI root pointer, 0 if none
 *      104     8  madt                  0 if none
 *      112     8  srat                  0 if none
 *      120     8  slit                  0 if none
 *      128     8  seed
 *      136     4  flags                 BootFlag
 *      140     4  cpuLimit              CPUs to start, 0 for all
 *      144     8  loaderTables          handover page tables: one block, free once the kernel's own are loaded
 *      152     8  loaderTablesBytes
 *      160     8  framebuffer           0 if none
 *      168     8  framebufferBytes
 *      176     4  framebufferWidth      pixels
 *      180     4  framebufferHeight
 *      184     4  framebufferStride     pixels a line
 *      188     4  framebufferFormat     0 RGBx, 1 BGRx (UEFI 2.10 §12.9)
 *      192     4  crash                 CrashKind: a deliberate kernel fault, 0 none
 *      196     4  failAllocation        1 for the first allocation of frames, and so on: it fails; 0 none
 *      200     8  hpet                  0 if none
 *      208     4  turnMilliseconds      how long a task keeps a CPU for which others wait; 0: until it yields, waits or ends
 *      212     4  patienceMilliseconds  how long a server may take for pages that tasks wait for; 0: as long as it likes
 *      216        end
 *
 * The block, its arrays, and the copied memory map lie in memory of type EfiLoaderData, as do modules and handover tables; the
 * kernel image too. So firmware types alone do not tell what is in use: bootinfo does.
 */
export const BOOTINFO_MAGIC: u64 = 0x544f_4f42_5254_494e; // "NITRBOOT"
export const BOOTINFO_VERSION: u32 = 1;
export const BOOTINFO_BYTES: u32 = 216;

export namespace BootinfoAt {
  export const magic: u64 = 0;
  export const version: u64 = 8;
  export const size: u64 = 12;
  export const memoryMap: u64 = 16;
  export const memoryMapBytes: u64 = 24;
  export const descriptorStride: u64 = 32;
  export const descriptorVersion: u64 = 36;
  export const kernelPhysical: u64 = 40;
  export const kernelVirtual: u64 = 48;
  export const kernelBytes: u64 = 56;
  export const kernelSegments: u64 = 64;
  export const kernelSegmentCount: u64 = 72;
  export const moduleCount: u64 = 76;
  export const modules: u64 = 80;
  export const directMapVirtual: u64 = 88;
  export const rsdp: u64 = 96;
  export const madt: u64 = 104;
  export const srat: u64 = 112;
  export const slit: u64 = 120;
  export const seed: u64 = 128;
  export const flags: u64 = 136;
  export const cpuLimit: u64 = 140;
  export const loaderTables: u64 = 144;
  export const loaderTablesBytes: u64 = 152;
  export const framebuffer: u64 = 160;
  export const framebufferBytes: u64 = 168;
  export const framebufferWidth: u64 = 176;
  export const framebufferHeight: u64 = 180;
  export const framebufferStride: u64 = 184;
  export const framebufferFormat: u64 = 188;
  export const crash: u64 = 192;
  export const failAllocation: u64 = 196;
  export const hpet: u64 = 200;
  export const turnMilliseconds: u64 = 208;
  export const patienceMilliseconds: u64 = 212;
}

/** Bits of `flags`. */
export namespace BootFlag {
  /** `seed` is to be used; else the kernel draws its own. */
  export const SEEDED: u32 = 1;
  export const NO_ASLR: u32 = 2;
  /** The console understands SGR colours. */
  export const COLOUR: u32 = 4;
  /** Write every kind of trace record, not just the report kinds. */
  export const TRACE: u32 = 8;
  /** Report who has which frame when the programs are loaded. */
  export const FRAMES: u32 = 16;
}

/** Deliberate kernel faults, after bring-up but for EARLY (`nitros boot --crash KIND`), to see what a panic looks like. */
export namespace CrashKind {
  export const NONE: u32 = 0;
  /** A store to the kernel's text. */
  export const WRITE_TEXT: u32 = 1;
  /** A store to the sealed section after bring-up. */
  export const WRITE_SEALED: u32 = 2;
  /** A load from an address that nothing maps. */
  export const READ_UNMAPPED: u32 = 3;
  /** Recursion without end. */
  export const STACK_OVERFLOW: u32 = 4;
  /** A load through the firmware's lower half once that is gone, before there are frames, page tables or stacks of the kernel's own. */
  export const EARLY: u32 = 5;
}

/**
 * A kernel segment: u64 virtual, u64 physical, u64 bytes (all multiples of 2 MiB), u32 rights, u32 zero.
 * Segments are sorted, do not overlap, and cover the image without gaps.
 */
export const SEGMENT_BYTES: u64 = 32;
export namespace SegmentRight {
  export const READ: u32 = 4;
  export const WRITE: u32 = 2;
  export const EXECUTE: u32 = 1;
  /** Writable until bring-up ends, then read-only. In the kernel's ELF file: bit 0x0010_0000 of p_flags (PF_MASKOS). */
  export const SEALED: u32 = 0x0010_0000;
}

/** A module, started as a task in the order of the array: u64 physical (page-aligned), u64 bytes, 48 bytes of NUL-padded name. */
export const MODULE_BYTES: u64 = 64;
export const MODULE_NAME_BYTES: u32 = 48;
/** `kernelSegments` and `modules` hold at most this many. */
export const MAX_SEGMENTS: u32 = 8;
export const MAX_MODULES: u32 = 64;
