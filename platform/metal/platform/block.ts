/**
 * A CPU's block, `struct Cpu` of `metal/kernel/cpu.h`, which the GS base holds while the CPU is in the kernel. Offsets are bytes.
 *
 *     0  top of the kernel stack          24  index  
 *     8  context in the processor         32  registers of the trap that is being answered (`ContextAt.REGISTERS`), or 0
 *    16  RSP of a system call, briefly    64  task state: 104 bytes that stay writable, zeros at first (SDM 3A 7.7)
 */
export namespace BlockAt {
  export const STACK: u64 = 0;
  export const CURRENT: u64 = 8;
  export const INDEX: u64 = 24;
  export const TRAP_FRAME: u64 = 32;
  export const TASK_STATE: u64 = 64;
  /** RSP0, where a trap from ring 3 pushes (SDM 3A 7.7). */
  export const USER_TRAP_STACK: u64 = 68;
}

/** Saved registers, `struct Frame`: words, from the first on. */
export namespace RegisterAt {
  /** RAX RBX RCX RDX RSI RDI RBP R8–R15. */
  export const RAX: u32 = 0;
  export const RIP: u32 = 17;
  export const CS: u32 = 18;
  export const RFLAGS: u32 = 19;
  export const RSP: u32 = 20;
  export const SS: u32 = 21;
  export const COUNT: u32 = 22;
}
