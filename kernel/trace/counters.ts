/**
 * What COUNTER records count: a scope, which of its things, and one of the numbers below. Constants only, so that the kernel, the command
 * and tests may import them. `kernel/frames/report-counters.ts` and `kernel/heap/report.ts` write them.
 */
export namespace CounterScope {
  export const NODE: u32 = 0;
  export const ORDER: u32 = 1;
  export const CPU: u32 = 2;
  export const OWNER: u32 = 3;
  export const OBJECTS: u32 = 4;
  /** A CPU, by CpuEvent. */
  export const PROCESSOR: u32 = 5;
}

/** When it was counted. */
export namespace CounterMoment {
  /** The programs are loaded; none has run. */
  export const LOADED: u32 = 0;
  /** The last one has ended. */
  export const ENDED: u32 = 1;
}

/** Frames of a node; HIT to OTHER are those that left its areas, as Linux's numastat counts (`kernel/frames/node-count.ts`). */
export namespace NodeCounter {
  export const FRAMES: u32 = 0;
  /** In CPUs' hands or not. */
  export const FREE: u32 = 1;
  /** Of these: in CPUs' hands. */
  export const IN_HAND: u32 = 2;
  export const HIT: u32 = 3;
  export const MISS: u32 = 4;
  export const FOREIGN: u32 = 5;
  export const INTERLEAVED: u32 = 6;
  export const LOCAL: u32 = 7;
  export const OTHER: u32 = 8;
  /** Watermarks. */
  export const MINIMUM: u32 = 9;
  export const LOW: u32 = 10;
  export const HIGH: u32 = 11;
  /** PressureState, and how often it has changed. */
  export const PRESSURE: u32 = 12;
  export const PRESSURE_CHANGES: u32 = 13;
}

/** Frames and blocks of an order, by calls. */
export namespace OrderCounter {
  export const ALLOCATED: u32 = 0;
  export const FREED: u32 = 1;
  /** There was none. */
  export const REFUSED: u32 = 2;
}

/** What a CPU did between its own frames and those of all. */
export namespace CpuCounter {
  /** Words that it filled its own from, and the frames in them. */
  export const REFILLS: u32 = 0;
  export const REFILLED: u32 = 1;
  /** Words put back into the bitmap, its own or those that it freed into, and the frames in them. */
  export const FLUSHES: u32 = 2;
  export const FLUSHED: u32 = 3;
  /** How often it gave back all that it had. */
  export const DRAINS: u32 = 4;
  /** Frames that it freed into the bitmap one by one. */
  export const FREED_FAR: u32 = 5;
  /** Areas that it reserved for its words. */
  export const RESERVED: u32 = 6;
  /** Its node. */
  export const NODE: u32 = 7;
}

/** Frames of an owner: now, and the most that were allocated for it at once. */
export namespace OwnerCounter {
  export const FRAMES: u32 = 0;
  export const MOST: u32 = 1;
}

/** Kernel objects of a kind. */
export namespace ObjectCounter {
  /** In no slab: handed out, or in a CPU's magazine. */
  export const OUT: u32 = 0;
  /** Of these: in magazines. */
  export const KEPT: u32 = 1;
  export const SLABS: u32 = 2;
  export const MOST_SLABS: u32 = 3;
  /** Of one object. */
  export const BYTES: u32 = 4;
  /** Objects in a slab. */
  export const CAPACITY: u32 = 5;
}

/** Where a CPU has free frames for itself: FRAMES_IN_HAND (`kernel/frames/cpu-cache.ts`). */
export namespace Hand {
  /** Its own word: known to be zero, or not. */
  export const ZERO: u32 = 0;
  export const UNKNOWN: u32 = 1;
  /** The word that it freed into. */
  export const FREED: u32 = 2;
  /** An area on its shelf. */
  export const SHELF: u32 = 3;
}

/** What happened on a CPU between it and the others, and by its timer. */
export namespace CpuEvent {
  /** Interrupts that it sent: to wake a CPU, and to have one flush. */
  export const WAKES_SENT: u32 = 0;
  export const FLUSHES_SENT: u32 = 1;
  /** Requests to flush that it did, by an interrupt or while it waited for the kernel's lock. */
  export const FLUSHES_SERVED: u32 = 2;
  /** How often it was woken, or told that somebody waits for it. */
  export const WAKES: u32 = 3;
  export const TIMERS: u32 = 4;
  /** Tasks whose turn was over. */
  export const PREEMPTIONS: u32 = 5;
  /** Of flushes, its own and those that it did for others: pages that it forgot one by one, and how often all of a space at once. */
  export const PAGES_FORGOTTEN: u32 = 6;
  export const SPACES_FORGOTTEN: u32 = 7;
  /** Roots of spaces that it loaded: with nothing cached, and with what it had cached before. */
  export const ROOTS_LOADED: u32 = 8;
  export const ROOTS_KEPT: u32 = 9;
  /** How often it left a space for the kernel's own. */
  export const ROOTS_LEFT: u32 = 10;
  /** Tables that it took from tasks when memory was short. */
  export const TABLES_RECLAIMED: u32 = 11;
  /** Pages of servers that it gave back then. */
  export const PAGES_RECLAIMED: u32 = 12;
}
export const CPU_EVENTS: u32 = 13;

/** Bytes of a region that are in memory: what others hold too, or may, is shared; what was written through the mapping is dirty. */
export namespace RegionCounter {
  export const SHARED_CLEAN: u32 = 0;
  export const SHARED_DIRTY: u32 = 1;
  export const PRIVATE_CLEAN: u32 = 2;
  export const PRIVATE_DIRTY: u32 = 3;
  /** Accessed since somebody looked last. */
  export const REFERENCED: u32 = 4;
  /** In large pages. */
  export const LARGE: u32 = 5;
  /** Each page by how many hold it. A program's file and memory objects count for nobody. */
  export const PROPORTIONAL: u32 = 6;
}
export const REGION_COUNTERS: u32 = 7;
