import { clock, contextSetResult, cpuIndex, exit, pause, physAdd64, physExchange64, physLoad64 } from "platform";
import { flush } from "../../kernel/console/text";
import { endOfInterrupt, sendInterrupt } from "../../kernel/cpu/apic";
import { lockKernel, unlockKernel } from "../../kernel/cpu/kernel-lock";
import { requestAddress } from "../../kernel/cpu/lines";
import { bitOf, onlineCpus } from "../../kernel/cpu/online";
import { InterruptVector } from "../../kernel/cpu/interrupt-vector";
import * as usual from "../../kernel/kernel";
import { Space } from "../../kernel/spaces/space";
import { enterSpace } from "../../kernel/tlb/loaded";
import { ownTasks } from "../../kernel/tasks/cpu-tasks";
import { currentTask } from "../../kernel/tasks/scheduler";
import { BenchCall } from "./shootdown-calls";

/**
 * The kernel, and a way to have a space on several CPUs, which no program can bring about yet: tasks on other CPUs are put into the space of the
 * one that measures, and go on there, in a loop that is at the same address in both. `nitros bench spaces`, user/bench/shootdown.ts.
 */
export { boot, shootdown, start } from "../../kernel/kernel";

namespace BenchVector {
  export const JOIN: u32 = 40;
  export const PART: u32 = 41;
}
/** In the line of CPU 0, behind what the kernel has there: CPUs that have done what they were told. */
const DONE: u64 = 96;

let shared: Space | null = null;

export function trap(vector: u32, error: u64, at: u64, origin: u32): void {
  if (vector != BenchVector.JOIN && vector != BenchVector.PART) return usual.trap(vector, error, at, origin);
  endOfInterrupt();
  lockKernel();
  const task = ownTasks().running;
  if (task != null) enterSpace(vector == BenchVector.JOIN ? changetype<Space>(shared) : task.space);
  unlockKernel();
  physAdd64(requestAddress(0) + DONE, 1);
}

/** Without the lock: who waits for that has its interrupts off, and is not told anything. */
export function syscall(number: u64, a: u64, b: u64, c: u64, d: u64, e: u64, f: u64): void {
  if (number < BenchCall.JOIN || number > BenchCall.END) return usual.syscall(number, a, b, c, d, e, f);
  contextSetResult(currentTask().context, perform(number));
}

function perform(number: u64): i64 {
  if (number == BenchCall.JOIN) return join();
  if (number == BenchCall.PART) return tell(BenchVector.PART);
  if (number == BenchCall.RESPOND) return respond();
  if (number == BenchCall.OTHERS) return popcnt<i64>(others());
  flush();
  exit(0);
  return 0;
}

function join(): i64 {
  const space = currentTask().space;
  shared = space;
  tell(BenchVector.JOIN);
  return popcnt<i64>(space.loadedOn) - 1;
}

function others(): u64 {
  return onlineCpus() & ~bitOf(cpuIndex());
}

/** Interrupts the other CPUs, and waits until they have done it. Returns 0. */
function tell(vector: u32): i64 {
  const done = requestAddress(0) + DONE;
  physExchange64(done, 0);
  for (let rest = others(); rest != 0; rest &= rest - 1) sendInterrupt(<u32>ctz<u64>(rest), vector);
  while (physLoad64(done) != popcnt<u64>(others())) pause();
  return 0;
}

/** As `askToFlush` does, of which this kernel, too, has one caller: so it is compiled as it is in the usual one. */
function askForPage(cpu: u32): void {
  const page: u64 = 1 << 46;
  physExchange64(requestAddress(cpu), page | 1);
  sendInterrupt(cpu, InterruptVector.SHOOTDOWN);
}

/**
 * With -icount one processor runs at a time, until it pauses, and the clock counts the instructions of all. So while this one pauses, the others
 * answer, and nothing else is counted; but what they do when they have nothing to answer, which is measured first.
 */
function respond(): i64 {
  const idle = ticksOfPause();
  for (let rest = others(); rest != 0; rest &= rest - 1) askForPage(<u32>ctz<u64>(rest));
  const busy = ticksOfPause();
  return busy - idle;
}

function ticksOfPause(): i64 {
  const begun = clock();
  pause();
  return clock() - begun;
}
