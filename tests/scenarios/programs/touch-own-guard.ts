/** A guard that the program asked for is one: touching it ends the task, and the report says what it hit. */
import { load8, MapFlag, mmap, printLine, store8 } from "nitros";

export function main(): i32 {
  const guard = <u64>mmap(0, 4096, 0, MapFlag.ANONYMOUS | MapFlag.PRIVATE | MapFlag.GUARD);
  printLine("I have a guard.");
  store8(guard, 1);
  printLine("This line must never appear.");
  return load8(guard);
}
