/** A heap that grows and shrinks: addresses are given at once, frames only when they are touched. */
import { brk, load64, printLine, print, printAddress, printNumber, store64 } from "nitros";

const PAGE: u64 = 4096;
const MIB: u64 = 1 << 20;
const STEPS: u64 = 64;

export function main(): i32 {
  const end = <u64>brk(0);
  print("My heap ends at ");
  printAddress(end);
  printLine(".");
  if (<u64>brk(end + STEPS * MIB) != end + STEPS * MIB) return 1;
  printLine("It is 64 MiB longer now, and has not cost a frame.");
  for (let step: u64 = 0; step < STEPS; step++) store64(end + step * MIB, step + 1);
  let sum: u64 = 0;
  for (let step: u64 = 0; step < STEPS; step++) sum += load64(end + step * MIB);
  print("I touched one word in each MiB; they add up to ");
  printNumber(<i64>sum);
  printLine(".");
  if (<u64>brk(end) != end || <u64>brk(end + PAGE) != end + PAGE) return 2;
  const again = load64(end);
  printLine(again == 0 ? "Given back and taken again, it is all zeros." : "Somebody's bytes are still there!");
  return sum == (STEPS * (STEPS + 1)) / 2 && again == 0 ? 0 : 3;
}
