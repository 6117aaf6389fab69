/**
 * The trace: fixed-size records, little-endian, the same on both machines. Constants only, so that the machine and the command
 * may import it.
 *
 *     byte  size  field
 *        0     8  time      ticks of `platform.clock`
 *        8     4  task      0 for the kernel
 *       12     2  cpu
 *       14     2  kind      RecordKind
 *       16     8  first     see the kind
 *       24     8  second
 *       32     8  value
 *       40        end
 */
export const RECORD_BYTES: u32 = 40;

/**
 * Kinds below 64 are reports, always written; the others only under `BootFlag.TRACE`. "text" is 16 bytes of UTF-8 in `first` and
 * `second`, of which `value` counts those used; longer text is several records.
 */
export namespace RecordKind {
  /** A range of the normalised memory map: first byte, last byte, RangeKind. */
  export const MEMORY_RANGE: u16 = 1;
  /** A boot phase ends: Phase, 0, ticks at its end. */
  export const PHASE: u16 = 2;
  /** A zone of the address space: first byte, last byte, Zone. */
  export const ZONE: u16 = 3;
  /** CPU protections: bits wanted, bits enabled (Protection), 0. */
  export const PROTECTIONS: u16 = 4;
  /** Frame counts: free, reserved, in use. */
  export const FRAMES: u16 = 5;
  /** Kernel segment mapped: first byte, last byte, SegmentRight bits. */
  export const SEGMENT: u16 = 6;
  /** A program could not be loaded: index of its module, the value found, ImageError. Its name follows as TASK_NAME text. */
  export const TASK_REFUSED: u16 = 7;
  /** A task starts: text base, stack top, index of its module. Its name follows as TASK_NAME text. */
  export const TASK_START: u16 = 8;
  export const TASK_NAME: u16 = 9;
  /** Program output, as text. */
  export const OUTPUT: u16 = 10;
  /**
   * A fault that killed the task: address, error code, vector | RegionKind << 8 | FaultReason << 16. When the reason is HELD_MOST: frames that it alone
   * held, the number of the task that needed one, HELD_MOST << 16.
   */
  export const TASK_KILLED: u16 = 11;
  /** A task exited by itself: 0, 0, its status (i32, sign-extended). */
  export const TASK_EXIT: u16 = 12;
  /** Kernel panic: address, error code, vector. Its message follows as PANIC_TEXT text. */
  export const PANIC: u16 = 13;
  export const PANIC_TEXT: u16 = 14;
  /** What was drawn: the seed in use, the kernel's base, the direct map's base (virtual). */
  export const RANDOM: u16 = 15;

  /** Nodes of memory, once: TopologySource, their number, 0. The next five only if they are more than one, or something was odd. */
  export const TOPOLOGY: u16 = 24;
  /** A node: its number, its frames of RAM, its proximity domain (with a source of GUESSED its number). */
  export const NODE: u16 = 25;
  /** RAM without a hole and of one node: first byte, last byte, node. */
  export const NODE_RANGE: u16 = 26;
  /** A processor: its index, its APIC id, node | CpuState << 8. */
  export const NODE_CPU: u16 = 27;
  /** From node, to node, distance as the SLIT counts. */
  export const NODE_DISTANCE: u16 = 28;
  /** Something odd about the firmware's tables: Oddity, how often, the first offender. */
  export const TOPOLOGY_ODDITY: u16 = 29;

  /** Processors, when more than one was wanted: how many run, how many were wanted, 0. */
  export const CPUS: u16 = 18;

  /** The HPET: HpetState, femtoseconds a count, ticks of `platform.clock` a second by it; 0 for what is not known. */
  export const HPET: u16 = 19;

  /** Frames in a row with one owner: first and last number, FrameOwner | node << 8 | holders << 16. Only under `BootFlag.FRAMES`. */
  export const FRAME_RUN: u16 = 16;

  /** A task is a copy of another: number of the other, 0, 0. Its name follows as TASK_NAME text. */
  export const TASK_FORKED: u16 = 17;

  /** A counter: CounterScope | CounterMoment << 8 | which of its things << 16, the counter (`counters.ts`), its value. Only under `BootFlag.FRAMES`. */
  export const COUNTER: u16 = 20;
  /** Free frames in a CPU's hands: the first of the word or area, how many, cpu | Hand << 16 | CounterMoment << 24. As COUNTER. */
  export const FRAMES_IN_HAND: u16 = 21;
  /** A kind of kernel objects, before its counters: 16 bytes of its name, zeros behind it; its number. */
  export const OBJECT_KIND: u16 = 22;

  /** What a task that ends has: frames that nobody else holds, page tables, regions | handles << 32. Only under `BootFlag.FRAMES`. */
  export const TASK_MEMORY: u16 = 23;
  /** A limit of the quota that it shares with its copies: QuotaKind, the limit, how much of it is used. Those that are not limited are left out. */
  export const TASK_QUOTA: u16 = 33;
  /** One of its regions: first byte, last byte, RegionKind | rights << 8 | sealed << 16. Then follows what is known of it. */
  export const REGION: u16 = 30;
  /** Where in the shared memory it begins: byte, 0, 0. */
  export const REGION_OFFSET: u16 = 31;
  /** A RegionCounter, bytes, 0; those that are 0 are left out. */
  export const REGION_BYTES: u16 = 32;

  /** Frames allocated or freed together: number of the first, binary logarithm of their count, FrameOwner. */
  export const FRAME_ALLOCATED: u16 = 64;
  export const FRAME_FREED: u16 = 65;
  /** Pages mapped or unmapped: first byte, byte count, rights (Pte bits). */
  export const MAPPED: u16 = 66;
  export const UNMAPPED: u16 = 67;
  /** Page fault, before it is answered: address, error code, 0. */
  export const FAULT: u16 = 68;
  /** System call: number, first argument, second argument. */
  export const CALL: u16 = 69;
  /** Its result: number, 0, result. */
  export const RESULT: u16 = 70;
  /** Task switch: from, to, 0. */
  export const SWITCH: u16 = 71;
  /** Rights of a range changed: first byte, byte count, rights (Pte bits). */
  export const PROTECTED: u16 = 72;
  /** A write to a page with other holders made a copy: page, frame before, frame after. */
  export const COPIED: u16 = 73;
  /** A write to a page whose other holders are gone took it over: page, frame, 0. */
  export const REUSED: u16 = 74;
  /** A node is shorter of memory than before, or less so: node, its free frames in no CPU's hands, PressureState. */
  export const PRESSURE: u16 = 75;
  /** 512 pages became a large one: its first byte, its first frame, 0. */
  export const PROMOTED: u16 = 76;
  /** Other CPUs were asked to flush, and have: which (bit n: CPU n), how many pages, 0 for all of the space, 1 if they were idle in it and have left it, else 0. */
  export const SHOOTDOWN: u16 = 77;
  /** Short of memory, a task gave a table back: the first address that it was for, the level of the entry that led to it, 0. */
  export const RECLAIMED: u16 = 78;
  /** The same of pages that a server can supply again: the server's key of their object, the object's byte from which on 2 MiB were looked at, how many. */
  export const PAGES_RECLAIMED: u16 = 79;
}
