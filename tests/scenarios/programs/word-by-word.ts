/** Says each line in several calls, as programs do: with others on other CPUs, a line must stay one. */
import { print, printLine, printNumber } from "nitros";

export function main(): i32 {
  for (let line = 0; line < 20; line++) {
    print("each ");
    print("line ");
    printNumber(line);
    print(" is ");
    printLine("whole");
  }
  print("and this one has no end");
  return 0;
}
