/** What the test's kernel does beyond the usual one: system calls and interrupts of its own. Constants only. */
export namespace TestCall {
  /** `share(address, other)`: the other CPU loads this task's space, reads the word at `address`, and then is what `other` says. Returns the word. */
  export const SHARE: u32 = 0x1000;
  /** `look()`: what the other CPU, which has come back from where it was, reads at that address; -1 when nothing is mapped there for it. */
  export const LOOK: u32 = 0x1001;
  /** `part()`: the other CPU leaves the space. */
  export const PART: u32 = 0x1002;
  /** `panic(other)`: this CPU panics while the other one is what `other` says. */
  export const PANIC: u32 = 0x1003;
  /** `swap(address)`: SHARE with OtherCpu.WAITS, then removes the page, all in one entry of the kernel. Returns what LOOK does. */
  export const SWAP: u32 = 0x1004;
}

/** Where the other CPU is meanwhile. */
export namespace OtherCpu {
  /** In HLT, with interrupts on. */
  export const SLEEPS: u32 = 0;
  /** It waits for the kernel's lock, with interrupts off. */
  export const WAITS: u32 = 1;
  /** It panics as well. */
  export const PANICS: u32 = 2;
}
