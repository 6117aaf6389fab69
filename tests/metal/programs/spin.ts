/** Says that it runs, then never ends: for looking at a live machine from outside. */
import { printLine, yieldNow } from "nitros";

export function main(): i32 {
  printLine("spinning");
  while (true) yieldNow();
}
