import { exit, print, printLine, printNumber } from "nitros";

/** Results that a program expects, one after the other: the first other one is told of, and ends it. */

let step: i32 = 0;

export function expect(found: i64, wanted: i64): void {
  step += 1;
  if (found == wanted) return;
  print("step ");
  printNumber(step);
  print(" gave ");
  printNumber(found);
  print(", not ");
  printNumber(wanted);
  printLine("");
  exit(step);
}
