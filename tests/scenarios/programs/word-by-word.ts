/**
 * Says each line in several calls, as programs do: with others on other CPUs, a line must stay one. All of it together is less than what is
 * held of a task (448 bytes), since QEMU's CPUs can stand still in the middle of a line for as long as the host likes.
 */
import { print, printLine, printNumber } from "nitros";

export function main(): i32 {
  for (let line = 0; line < 10; line++) {
    print("each ");
    print("line ");
    printNumber(line);
    print(" is ");
    printLine("whole");
  }
  print("and this one has no end");
  return 0;
}
