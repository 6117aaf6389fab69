/** A failed assertion of the program's own is an invalid instruction, exception 6. */
import { heapStart, load8, printLine } from "nitros";

export function main(): i32 {
  printLine("Asserting that a fresh heap is not zero.");
  if (load8(heapStart()) == 0) unreachable();
  return 0;
}
