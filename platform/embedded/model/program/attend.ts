import { takeTimerInterrupt } from "../cpu/apic";
import { isHorizonReached } from "../cpu/time";
import { enterTrap } from "./enter";
import { lookHere } from "./lookup";
import { drawTurn, goesOn } from "./turns";

/**
 * Sees to what is due between two instructions of the running program: the timer's interrupt, or another CPU's turn. True if the program goes
 * on; else it must stop where it is. WebAssembly itself cannot be interrupted: what a program does without a call of `machine.*` is one
 * instruction here.
 */
export function attend(): bool {
  if (!isHorizonReached()) return true;
  lookHere();
  const vector = takeTimerInterrupt();
  if (vector != 0) enterTrap(vector, 0, 0);
  else drawTurn();
  return goesOn();
}
