/** Lets the others end, says so, and never ends: for looking at the memory that they had. */
import { heapStart, load64, printLine, yieldNow } from "nitros";

export function main(): i32 {
  for (let i: u32 = 0; i < 10; i++) yieldNow();
  printLine("the others have ended");
  while (true) load64(heapStart());
}
