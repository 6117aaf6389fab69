/** Recursion without end: the guard page below the stack turns the overflow into a clean end. */
import { heapStart, load64, printLine, store64 } from "nitros";

export function main(): i32 {
  printLine("Calling myself until the stack is full.");
  return descend(heapStart(), 1) == 0 ? 0 : 1;
}

/** It needs its own frame after the call, so that no compiler can turn it into a loop: memory may have changed in between. */
function descend(at: u64, depth: u64): u64 {
  if (depth == 0) return 0;
  store64(at, depth);
  return descend(at, depth + 1) - load64(at) * depth;
}
