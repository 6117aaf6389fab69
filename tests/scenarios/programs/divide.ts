/** Dividing by zero is exception 0. */
import { heapStart, load32, printLine } from "nitros";

export function main(): i32 {
  printLine("Dividing by what a fresh heap holds.");
  return 7 / <i32>load32(heapStart());
}
