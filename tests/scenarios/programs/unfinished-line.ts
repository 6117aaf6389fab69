/** Ends in the middle of a line, with a character beyond the basic plane in it: nothing of it may be lost. */
import { exit, print, printNumber } from "nitros";

export function main(): i32 {
  print("grüße 😀 and then ");
  printNumber(-7);
  exit(5);
  return 0;
}
