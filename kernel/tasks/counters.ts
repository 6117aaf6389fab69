import { flags } from "../bootinfo/bootinfo";
import { BootFlag } from "../bootinfo/layout";
import { reportEvents } from "../cpu/counts";
import { reportFrameCounters } from "../frames/report-counters";
import { reportObjects } from "../heap/report";

/** Counters of frames, kernel objects and CPUs, as records, when the boot was asked for them. `at` is a CounterMoment. */
export function reportCountersIfWanted(at: u32): void {
  if ((flags() & BootFlag.FRAMES) == 0) return;
  reportFrameCounters(at);
  reportObjects(at);
  reportEvents(at);
}
