import type { BenchTarget } from "./result.ts";

/** What is measured of the frames: PERFORMANCE, "Frames". */
export interface FramesNumber {
  readonly name: string;
  readonly unit: string;
  readonly target: BenchTarget;
  /** Figures that were taken elsewhere, with the same workload. */
  readonly recorded: Readonly<Record<string, number>>;
}

const LINUX = "Linux 6.1 (recorded)";
const LLFREE = "LLFree (recorded)";

export const PAIR: FramesNumber = {
  name: "frames.pair",
  unit: "instructions",
  target: { atMost: 30 },
  recorded: { [LINUX]: 700, [LLFREE]: 468 },
};
export const BULK: FramesNumber = {
  name: "frames.bulk",
  unit: "instructions/frame",
  target: { atMost: 50 },
  recorded: { [LINUX]: 1018, [LLFREE]: 509 },
};
export const RANDOM: FramesNumber = {
  name: "frames.random",
  unit: "instructions/frame",
  target: { atMost: 70 },
  recorded: { [LINUX]: 997, [LLFREE]: 510 },
};
export const ORDER9: FramesNumber = {
  name: "frames.order9",
  unit: "instructions",
  target: { atMost: 60 },
  recorded: { [LINUX]: 10_000, [LLFREE]: 390 },
};
export const THREADS: FramesNumber = {
  name: "frames.threads",
  unit: "ns on 2 threads / ns on 1",
  target: { atMost: 1.1 },
  recorded: { [LLFREE]: 1.3 },
};
export const FRAGMENTATION: FramesNumber = {
  name: "frames.fragmentation",
  unit: "free 2 MiB blocks of 512",
  target: { atLeast: 512 },
  recorded: { "Linux buddy (recorded)": 0, [LLFREE]: 464 },
};
export const METADATA_ALONE: FramesNumber = {
  name: "frames.metadata",
  unit: "bits/frame, allocator alone",
  target: { atMost: 2 },
  recorded: { [LINUX]: 512, [LLFREE]: 1.14 },
};
export const METADATA: FramesNumber = {
  name: "frames.metadata.table",
  unit: "bits/frame, with the frame table",
  target: { atMost: 64 },
  recorded: { [LINUX]: 512 },
};
