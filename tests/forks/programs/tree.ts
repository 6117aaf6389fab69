/** A tree of copies, three deep, two of each: every task knows its place by its own variables, and waits for those below it. */
import { Ending, fork, heapStart, load64, print, printLine, printNumber, store64, wait } from "nitros";

const DEPTH: u32 = 3;
let path: u32 = 1;

export function main(): i32 {
  let depth: u32 = 0;
  let children: u32 = 0;
  let branch: u32 = 0;
  while (depth < DEPTH && branch < 2) {
    if (fork() == 0) {
      path = path * 2 + branch;
      depth += 1;
      children = 0;
      branch = 0;
    } else {
      children += 1;
      branch += 1;
    }
  }
  print("at ");
  printNumber(path);
  printLine("");
  return gather(children);
}

/** The number of tasks in the tree below and including this one. */
function gather(children: u32): i32 {
  let size = 1;
  for (let waited: u32 = 0; waited < children; waited++) {
    if (wait(heapStart()) < 0) return -1;
    size += <i32>(load64(heapStart()) & Ending.STATUS);
  }
  store64(heapStart(), 0);
  if (wait(heapStart()) >= 0) return -2;
  if (path != 1) return size;
  print("tasks: ");
  printNumber(size);
  printLine("");
  return size == 15 ? 0 : 1;
}
