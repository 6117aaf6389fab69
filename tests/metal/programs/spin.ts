/** Says that it runs, then never ends, mostly in ring 3: for looking at a live machine from outside. */
import { heapStart, load64, printLine, yieldNow } from "nitros";

export function main(): i32 {
  const heap = heapStart();
  printLine("spinning");
  while (true) {
    for (let i = 0; i < 100_000; i++) load64(heap);
    yieldNow();
  }
}
