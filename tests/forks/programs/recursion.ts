/** A copy made at the bottom of a recursion comes back through it, and so does the one it is a copy of. */
import { fork, heapStart, load64, print, printLine, printNumber, store64, wait } from "nitros";

function descend(depth: i64, seed: i64): i64 {
  if (depth == 0) return fork() == 0 ? 1 : 2;
  const mine = seed * 31 + depth;
  store64(heapStart() + ((<u64>depth) << 3), <u64>mine);
  const below = descend(depth - 1, mine);
  if (load64(heapStart() + ((<u64>depth) << 3)) != <u64>mine) return -1;
  store64(heapStart() + ((<u64>depth) << 3), <u64>below);
  return below * 3 + (mine & 0xffff);
}

export function main(): i32 {
  const result = descend(100, 7);
  print("came back with ");
  printNumber(result);
  printLine("");
  const child = wait(0);
  print(child < 0 ? "no child" : "a child");
  printLine(" was waited for");
  return load64(heapStart() + 8) == 1 || load64(heapStart() + 8) == 2 ? 0 : 1;
}
