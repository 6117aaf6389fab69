import { takeTimerInterrupt } from "../cpu/apic";
import { dueAmong } from "../cpu/apic-timer";
import { isHorizonReached } from "../cpu/time";
import { runCpu, runningCpu } from "../mmu/state";
import { sleepingCpus } from "./context";
import { enterTrap } from "./enter";
import { lookHere } from "./lookup";
import { drawTurn, goesOn } from "./turns";

/**
 * Sees to what is due between two instructions of the running program: a timer's interrupt, or another CPU's turn. True if the program goes
 * on; else it must stop where it is. WebAssembly itself cannot be interrupted: what a program does without a call of `machine.*` is one
 * instruction here.
 */
export function attend(): bool {
  if (!isHorizonReached()) return true;
  lookHere();
  interruptSleepers();
  if (!takeInterrupt()) drawTurn();
  return goesOn();
}

/** The timers of CPUs that sleep: each interrupts its own. */
function interruptSleepers(): void {
  const here = runningCpu();
  for (let cpu = dueAmong(sleepingCpus()); cpu >= 0; cpu = dueAmong(sleepingCpus())) {
    runCpu(cpu);
    takeInterrupt();
  }
  runCpu(here);
}

/** False: the CPU's timer is not due. */
function takeInterrupt(): bool {
  const vector = takeTimerInterrupt();
  if (vector != 0) enterTrap(vector, 0, 0);
  return vector != 0;
}
