/** Interrupts that the kernel uses, above the exceptions (SDM 3A 6.2). All come from local APICs. Constants only. */
export namespace InterruptVector {
  export const FIRST: u32 = 32;
  /** The running task has had its turn. */
  export const TIMER: u32 = 32;
  /** There is something to do. */
  export const WAKE: u32 = 33;
  /** Translations are to be forgotten. */
  export const SHOOTDOWN: u32 = 34;
  /** From an APIC that had nothing to say after all (SDM 3A 10.9): not to be acknowledged. What nobody asked for comes here, too. */
  export const SPURIOUS: u32 = 47;
}
