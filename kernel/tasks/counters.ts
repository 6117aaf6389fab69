import { flags } from "../bootinfo/bootinfo";
import { BootFlag } from "../bootinfo/layout";
import { reportFrameCounters } from "../frames/report-counters";
import { reportObjects } from "../heap/report";

/** Counters of frames and kernel objects, as records, when the boot was asked for them. `at` is a CounterMoment. */
export function reportCountersIfWanted(at: u32): void {
  if ((flags() & BootFlag.FRAMES) == 0) return;
  reportFrameCounters(at);
  reportObjects(at);
}
