import type { Bench } from "./result.ts";

export type { Bench, BenchResult, BenchTarget } from "./result.ts";

/** `nitros bench NAME`. */
export const benches: Readonly<Record<string, Bench>> = {
  boot: async (machines) => (await import("./boot.ts")).benchBoot(machines),
  copies: async (machines) => (await import("./copies.ts")).benchCopies(machines),
  heap: async (machines) => (await import("./heap.ts")).benchHeap(machines),
  frames: async (machines) => (await import("./frames.ts")).benchFrames(machines),
  tlb: async (machines) => (await import("./tlb.ts")).benchTlb(machines),
  shootdown: async (machines) => (await import("./shootdown.ts")).benchShootdown(machines),
  spaces: async (machines) => (await import("./spaces.ts")).benchSpaces(machines),
  syscalls: async (machines) => (await import("./syscalls.ts")).benchSyscalls(machines),
};
