/** Recursion without end: the guard page below the stack turns the overflow into a clean end. */
import { printLine, taskNumber } from "nitros";

export function main(): i32 {
  printLine("Calling myself until the stack is full.");
  return descend(taskNumber()) == 0 ? 0 : 1;
}

/** Its result depends on every level below, so that no compiler can turn it into a loop. */
function descend(depth: u32): u32 {
  return (descend(depth + 1) ^ depth) + descend(depth + 2);
}
