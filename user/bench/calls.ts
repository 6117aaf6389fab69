import { brk, taskNumber } from "nitros";
import { begin, end, map, PAGE, TIMES, unmap } from "./measure";

/** Calls that are measured both among what a space costs and among calls. bench/linux/calls.h is the same for Linux. */

export function syscallNull(): void {
  begin();
  for (let i: u64 = 0; i < TIMES; i++) taskNumber();
  end(TIMES);
}

export function mapPair(): void {
  begin();
  for (let i: u64 = 0; i < TIMES; i++) unmap(map(PAGE, 0), PAGE);
  end(TIMES);
}

export function brkPair(): void {
  const old = <u64>brk(0);
  begin();
  for (let i: u64 = 0; i < TIMES; i++) {
    brk(old + PAGE);
    brk(old);
  }
  end(TIMES);
}
