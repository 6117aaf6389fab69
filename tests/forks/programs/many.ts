/** Many children at once, each with a page of its own; all are waited for, and their statuses add up. */
import { Errno, fork, heapBytes, heapStart, load64, print, printLine, printNumber, store64, wait } from "nitros";
import { yieldNow } from "nitros";

const CHILDREN: u64 = 80;

export function main(): i32 {
  for (let child: u64 = 0; child < CHILDREN; child++) if (fork() == 0) return work(child);
  let sum: u64 = 0;
  for (let child: u64 = 0; child < CHILDREN; child++) {
    if (wait(heapStart()) <= 0) return 1;
    sum += load64(heapStart());
  }
  const last = wait(0);
  print("their statuses are ");
  printNumber(sum);
  printLine(last == Errno.ECHILD ? " together, and there are no more" : "");
  return sum == (CHILDREN * (CHILDREN - 1)) / 2 ? 0 : 2;
}

function work(child: u64): i32 {
  const page = heapStart() + 4096 * (1 + (child % (heapBytes() / 4096 - 1)));
  store64(page, child);
  yieldNow();
  return <i32>load64(page);
}
