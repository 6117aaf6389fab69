import { cpuIndex } from "platform";
import { MAX_CPUS } from "../frames/cpu-cache";
import { CounterScope, CPU_EVENTS } from "../trace/counters";
import { RecordKind } from "../trace/records";
import { trace } from "../trace/trace";
import { onlineCpus } from "./online";

/** How often what happened on each CPU: CpuEvent. Each CPU counts its own, on cache lines of its own, whether it has the lock or not. */
const counts = memory.data(8192, 64);
const LINE_SHIFT: usize = 7;
if (64 << 7 != 8192 || MAX_CPUS != 64 || 13 * 8 > 128 || CPU_EVENTS != 13)
  ERROR("counts has a line for each of MAX_CPUS");

function place(cpu: u32, event: u32): usize {
  return counts + ((<usize>cpu) << LINE_SHIFT) + ((<usize>event) << 3);
}

export function countHere(event: u32): void {
  countManyHere(event, 1);
}

export function countManyHere(event: u32, times: u64): void {
  countOn(cpuIndex(), event, times);
}

/** `cpu` is this one. */
export function countOn(cpu: u32, event: u32, times: u64): void {
  const at = place(cpu, event);
  store<u64>(at, load<u64>(at) + times);
}

export function eventsOn(cpu: u32, event: u32): u64 {
  return load<u64>(place(cpu, event));
}

/** Writes them as records. `at` is a CounterMoment. */
export function reportEvents(at: u32): void {
  for (let rest = onlineCpus(); rest != 0; rest &= rest - 1) {
    const cpu = <u32>ctz<u64>(rest);
    const scope = CounterScope.PROCESSOR | (at << 8) | (cpu << 16);
    for (let event: u32 = 0; event < CPU_EVENTS; event++) trace(RecordKind.COUNTER, scope, event, eventsOn(cpu, event));
  }
}
