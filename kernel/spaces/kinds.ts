/** Names for what lies where in an address space, and for why a fault killed. Constants only: the trace holds these numbers. */
export namespace RegionKind {
  /** No region: nothing was ever mapped there. */
  export const NONE: u32 = 0;
  export const TEXT: u32 = 1;
  export const RODATA: u32 = 2;
  export const DATA: u32 = 3;
  export const HEAP: u32 = 4;
  export const MESSAGE_BUFFER: u32 = 5;
  export const STACK: u32 = 6;
  /** Below a stack: what an overflow hits. Never mapped. */
  export const STACK_GUARD: u32 = 7;
  /** Beside a region, so that running over its end faults. Never mapped. */
  export const GUARD: u32 = 8;
  /** The first 64 KiB of every space: what a null pointer hits. */
  export const NULL_ZONE: u32 = 9;
  /** The upper half. */
  export const KERNEL: u32 = 10;
  /** Neither half. */
  export const NOT_CANONICAL: u32 = 11;
  /** Zeroed memory that the task asked for. */
  export const ANONYMOUS: u32 = 12;
  /** Memory of a device. */
  export const DEVICE: u32 = 13;
  /** Memory that others may map, too. */
  export const SHARED: u32 = 14;
  /** The task's own copies of such memory, made with the first write of each page. */
  export const COPIES: u32 = 15;
  /** The zone of modules, in the space of another than the owner. */
  export const MODULE: u32 = 16;
}

export namespace FaultReason {
  export const NOT_MAPPED: u32 = 1;
  export const NULL_POINTER: u32 = 2;
  export const STACK_OVERFLOW: u32 = 3;
  export const GUARD_HIT: u32 = 4;
  export const READ_ONLY: u32 = 5;
  export const NOT_EXECUTABLE: u32 = 6;
  export const KERNEL_ADDRESS: u32 = 7;
  export const NOT_CANONICAL: u32 = 8;
  export const DIVIDE: u32 = 9;
  export const INVALID_INSTRUCTION: u32 = 10;
  /** #GP that no address explains: a privileged instruction, a bad selector. */
  export const PRIVILEGED: u32 = 11;
  export const OTHER: u32 = 12;
  /** No frame was left to answer the fault with. */
  export const NO_MEMORY: u32 = 13;
  /** No fault of its own: another task's found no frame, and this one held most of them. */
  export const HELD_MOST: u32 = 14;
  /** Its server did not supply the page: it has ended, refused, or took too long. */
  export const NOT_SUPPLIED: u32 = 15;
  /** Its quota of frames, or of page tables, allows no more. */
  export const FRAME_QUOTA: u32 = 16;
  export const TABLE_QUOTA: u32 = 17;
  /** That of the task which made the memory that it shares. */
  export const QUOTA_OF_OTHER: u32 = 18;
  /** It may use the memory for nothing. */
  export const NO_ACCESS: u32 = 19;
}
