/** A parent may end before its child first runs: what the child goes on with is what the parent had at the fork. */
import { fork, heapStart, load64, print, printLine, printNumber, store64, taskNumber, yieldNow } from "nitros";

let generation: u64 = 0;

export function main(): i32 {
  store64(heapStart(), 40);
  while (generation < 3) {
    if (fork() != 0) return leave();
    generation += 1;
    store64(heapStart(), load64(heapStart()) + 1);
  }
  yieldNow();
  print("generation ");
  printNumber(generation);
  print(" has ");
  printNumber(load64(heapStart()));
  printLine("");
  return load64(heapStart()) == 43 && taskNumber() > 3 ? 0 : 1;
}

/** Spoils all that a child could still need of it. */
function leave(): i32 {
  generation = 1000;
  store64(heapStart(), 9999);
  return 0;
}
