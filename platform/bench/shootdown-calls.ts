/** What the kernel of `shootdown.ts` does beyond the usual one: system calls of its own. Constants only. */
export namespace BenchCall {
  /** `join()`: every other CPU that runs a task goes on with it in the caller's space. Returns how many have that loaded then. */
  export const JOIN: u32 = 0x1000;
  /** `part()`: they all go back to their tasks' own. */
  export const PART: u32 = 0x1001;
  /** `respond()`: they are asked to flush a page. Returns the ticks that this takes of them, together. */
  export const RESPOND: u32 = 0x1002;
  /** `others()`: how many other CPUs there are. */
  export const OTHERS: u32 = 0x1003;
  /** `end()`: the machine stops. */
  export const END: u32 = 0x1004;
}
