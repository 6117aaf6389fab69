/** Yielding lets the other tasks run, and comes back with every local as it was. */
import { print, printLine, printNumber, taskNumber, yieldNow } from "nitros";

export function main(): i32 {
  let sum: u32 = 0;
  for (let turn: u32 = 1; turn <= 4; turn++) {
    print("task ");
    printNumber(taskNumber());
    print(" turn ");
    printNumber(turn);
    printLine("");
    sum += turn;
    yieldNow();
  }
  return sum == 10 ? 0 : 1;
}
