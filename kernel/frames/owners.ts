/**
 * Who holds a frame. One byte a frame in the frame table. Constants and names only, so that the machine and the command may import it.
 *
 *     FREE ──allocate──▶ 17… ──free──▶ FREE
 *     LOADER ──reclaimLoaderMemory, once──▶ FREE
 *     1…4, 16, HOLE: for ever
 */
export namespace FrameOwner {
  export const FREE: u32 = 0;

  // Set aside from the map: "reserved".
  /** The firmware's: ACPI tables, runtime services. */
  export const RESERVED: u32 = 1;
  /** Page 0 and the page in which application processors start. */
  export const LOW: u32 = 2;
  /** The kernel's image. */
  export const KERNEL: u32 = 3;
  export const MODULE: u32 = 4;
  /** The boot agent, its handover tables and bootinfo: free once the kernel has its own tables. */
  export const LOADER: u32 = 5;

  // Taken from what was free: "in use".
  /** The frame table itself. */
  export const FRAME_TABLE: u32 = 16;
  export const PAGE_TABLE: u32 = 17;
  export const KERNEL_STACK: u32 = 18;
  export const KERNEL_DATA: u32 = 19;
  /** A user program's memory. */
  export const USER: u32 = 20;
  /** Slabs of the kernel's own small objects (kernel/heap). */
  export const KERNEL_OBJECTS: u32 = 21;

  /** Not RAM: fills the table between two spans. */
  export const HOLE: u32 = 63;
}

/** Owners are below this. */
export const OWNER_COUNT: u32 = 64;
const FIRST_USED: u32 = 16;
const FIRST_ALLOCATABLE: u32 = 17;

/** May frames be allocated for, and freed from, this owner? */
export function isAllocatable(owner: u32): bool {
  return owner >= FIRST_ALLOCATABLE && owner < FrameOwner.HOLE;
}

/** Was this set aside from the memory map, rather than taken from what was free? */
export function isReserved(owner: u32): bool {
  return owner != FrameOwner.FREE && owner < FIRST_USED;
}

export function isUsed(owner: u32): bool {
  return owner >= FIRST_USED && owner < FrameOwner.HOLE;
}

export function ownerName(owner: u32): string {
  if (owner == FrameOwner.FREE) return "free";
  if (owner == FrameOwner.RESERVED) return "firmware";
  if (owner == FrameOwner.LOW) return "low memory";
  if (owner == FrameOwner.KERNEL) return "kernel";
  if (owner == FrameOwner.MODULE) return "module";
  if (owner == FrameOwner.LOADER) return "boot agent";
  if (owner == FrameOwner.FRAME_TABLE) return "frame table";
  if (owner == FrameOwner.PAGE_TABLE) return "page table";
  if (owner == FrameOwner.KERNEL_STACK) return "kernel stack";
  if (owner == FrameOwner.KERNEL_DATA) return "kernel data";
  if (owner == FrameOwner.USER) return "user";
  if (owner == FrameOwner.KERNEL_OBJECTS) return "kernel objects";
  return "no RAM";
}
