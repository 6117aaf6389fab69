/** Stores a word half of which lies in the guard page above the heap. */
import { heapBytes, heapStart, load32, printLine, store64 } from "nitros";

export function main(): i32 {
  if (load32(heapStart() + heapBytes() - 4) != 0) return 1;
  printLine("storing across the end of my heap");
  store64(heapStart() + heapBytes() - 4, u64.MAX_VALUE);
  return 2;
}
