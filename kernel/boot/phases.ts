/** The phases of the boot, in the specification's order. Constants only: the trace holds these numbers. */
export namespace Phase {
  /** `bootinfo_t` checked and copied. */
  export const BOOTINFO: u32 = 1;
  /** The firmware's memory map read, put in order and logged. */
  export const MEMORY_MAP: u32 = 2;
  /** Free frames handed to the frame allocator, all else reserved. */
  export const FRAMES: u32 = 3;
  /** The kernel's own page tables built and loaded, in place of the firmware's. */
  export const KERNEL_SPACE: u32 = 4;
  /** CPU protections on; stacks and interrupt tables in place. */
  export const PROTECTIONS: u32 = 5;
  /** The sealed section is read-only. */
  export const SEAL: u32 = 6;
  /** Programs loaded, each in its own address space. */
  export const TASKS: u32 = 7;
}
