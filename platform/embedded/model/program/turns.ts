import { firstDeadline, timerDeadline } from "../cpu/apic-timer";
import { setHorizon, ticksNow } from "../cpu/time";
import { runCpu, runningCpu } from "../mmu/state";
import { busyCpus, isSameProgramNext, nextOf, sleepingCpus } from "./context";

/**
 * CPUs take turns: the host runs one program at a time. Whenever the kernel is left, and after a stretch of accesses, the CPU that goes on is
 * drawn from the seed, among those that have something to run; so the same seed has the same order. With one CPU nothing is drawn.
 */
let random: u64 = 1;
let turn: i32 = 0;
/** When another CPU may have its turn, though the one that runs has not entered the kernel. */
let stretchEnd: u64 = u64.MAX_VALUE;
const LONGEST_STRETCH: u64 = 4096;

/** Before boot. */
export function turnsSeed(seed: u64): void {
  random = seed | 1;
}

/** The kernel has been left, or the stretch is over. */
export function drawTurn(): void {
  const busy = busyCpus();
  const count = <u64>popcnt<u64>(busy);
  if (count == 0) return;
  let rest = busy;
  for (let skipped = count == 1 ? 0 : draw() % count; skipped != 0; skipped--) rest &= rest - 1;
  turn = <i32>ctz<u64>(rest);
  stretchEnd = count == 1 ? u64.MAX_VALUE : ticksNow() + 1 + (draw() % LONGEST_STRETCH);
  watchTime();
}

/** True if the running program goes on: the kernel leaves to it, and its CPU keeps the turn. Else it must stop. */
export function goesOn(): bool {
  return isSameProgramNext() && turn == runningCpu();
}

/** For the host: from here on the CPU runs whose turn it is. */
export function takeTurn(): void {
  if (nextOf(turn) == 0) drawTurn();
  runCpu(turn);
  watchTime();
}

/** A CPU that has something to run takes its timer's interrupt when it runs that; one that sleeps, at once. */
function watchTime(): void {
  setHorizon(min<u64>(stretchEnd, min<u64>(timerDeadline(), firstDeadline(sleepingCpus()))));
}

/** xorshift64* (Vigna 2016). */
function draw(): u64 {
  random ^= random >> 12;
  random ^= random << 25;
  random ^= random >> 27;
  return (random * 0x2545_f491_4f6c_dd1d) >> 32;
}
