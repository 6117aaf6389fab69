import { MAX_CPUS, runningCpu } from "../mmu/state";
import { ticksNow } from "./time";

/**
 * The timer of a CPU's local APIC (SDM 3A 10.5.4): it counts down from what is written to the initial count, by one in so many ticks as the
 * divide configuration says, and interrupts at 0: once, or again and again. Here for the CPU that runs.
 */
/** By CPU: when it interrupts, 0 for never; and after how many ticks again, 0 for once. */
const deadlines = memory.data(512, 8);
const periods = memory.data(512, 8);
if (MAX_CPUS * 8 != 512) ERROR("a CPU lacks its timer");
/** Bit n: CPU n's timer counts. */
let counting: u64 = 0;

/** Bits 18:17 of the timer's entry in the local vector table. Mode 2 goes by deadlines of the TSC, which CPUID says there are none of. */
const PERIODIC: u32 = 1 << 17;

function setDeadline(at: u64): void {
  const here = (<u64>1) << (<u64>runningCpu());
  store<u64>(deadlines + (runningCpu() << 3), at);
  counting = at == 0 ? counting & ~here : counting | here;
}

function deadlineOf(cpu: i32): u64 {
  return load<u64>(deadlines + (cpu << 3));
}

function periodPlace(): usize {
  return periods + (runningCpu() << 3);
}

/** `initialCount` has been written; 0 stops the timer. */
export function startTimer(initialCount: u32, divide: u32, vectorEntry: u32): void {
  const length = (<u64>initialCount) << divideShift(divide);
  setDeadline(initialCount == 0 ? 0 : ticksNow() + length);
  store<u64>(periodPlace(), (vectorEntry & PERIODIC) == 0 ? 0 : length);
}

/** What the current-count register shows. */
export function timerCount(divide: u32): u32 {
  const deadline = deadlineOf(runningCpu());
  return deadline <= ticksNow() ? 0 : <u32>((deadline - ticksNow()) >> divideShift(divide));
}

/** Bits 3, 1 and 0 of the divide configuration: 2, 4, … 128, and 1. */
function divideShift(divide: u32): u64 {
  return <u64>((((divide & 3) | ((divide >> 1) & 4)) + 1) & 7);
}

/** When the timer interrupts; u64.MAX_VALUE for never. */
export function timerDeadline(): u64 {
  const deadline = deadlineOf(runningCpu());
  return deadline == 0 ? u64.MAX_VALUE : deadline;
}

/** When the first timer of `cpus` interrupts; u64.MAX_VALUE for never. */
export function firstDeadline(cpus: u64): u64 {
  const cpu = firstToInterrupt(cpus);
  return cpu < 0 ? u64.MAX_VALUE : deadlineOf(cpu);
}

/** The CPU among `cpus` whose timer has reached 0; -1 when none has. */
export function dueAmong(cpus: u64): i32 {
  return firstDeadline(cpus) <= ticksNow() ? firstToInterrupt(cpus) : -1;
}

/** -1: none does. */
function firstToInterrupt(cpus: u64): i32 {
  let first = -1;
  for (let rest = counting & cpus; rest != 0; rest &= rest - 1) {
    const cpu = <i32>ctz<u64>(rest);
    if (first < 0 || deadlineOf(cpu) < deadlineOf(first)) first = cpu;
  }
  return first;
}

/** Whether it has reached 0. Told once. */
export function takeTimerEnd(): bool {
  if (ticksNow() < timerDeadline()) return false;
  const period = load<u64>(periodPlace());
  setDeadline(period == 0 ? 0 : ticksNow() + period);
  return true;
}
