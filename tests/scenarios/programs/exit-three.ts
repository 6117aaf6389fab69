/** The status that a program gives is the one that is reported, negative ones too. */
import { exit, printLine } from "nitros";

export function main(): i32 {
  printLine("Ending with -3.");
  exit(-3);
  printLine("This line must never appear.");
  return 0;
}
