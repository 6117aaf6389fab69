/** A gigabyte of memory at once, of which parts become read-only and go away, and which a copy of the task has too. */
import {
  fork,
  load64,
  MapFlag,
  mmap,
  mprotect,
  munmap,
  printLine,
  print,
  printNumber,
  Protect,
  store64,
  wait,
} from "nitros";

const GIGABYTE: u64 = 1 << 30;
const LARGE: u64 = 1 << 21;
const PAGE: u64 = 4096;
/** Where the program looks: at both ends, and around what it changes. */
const STEP: u64 = 0x0111_1000;

/** How many words are not what `fill` wrote, of those that are still there. */
function wrong(first: u64, gone: u64): u64 {
  let count: u64 = 0;
  for (let at: u64 = 0; at < GIGABYTE; at += STEP) {
    if (at / LARGE != gone / LARGE) count += load64(first + at) == at + 7 ? 0 : 1;
  }
  return count + (load64(first + GIGABYTE - 8) == 42 ? 0 : 1);
}

export function main(): i32 {
  const populated = MapFlag.PRIVATE | MapFlag.ANONYMOUS | MapFlag.POPULATE;
  const first = <u64>mmap(0, GIGABYTE, Protect.READ | Protect.WRITE, populated);
  if (<i64>first < 0) return 1;
  for (let at: u64 = 0; at < GIGABYTE; at += STEP) store64(first + at, at + 7);
  store64(first + GIGABYTE - 8, 42);
  const middle = GIGABYTE / 2;
  if (mprotect(first + middle, PAGE, Protect.READ) != 0 || wrong(first, GIGABYTE) != 0) return 2;
  if (mprotect(first + middle, PAGE, Protect.READ | Protect.WRITE) != 0 || wrong(first, GIGABYTE) != 0) return 3;
  const child = fork();
  if (child == 0) {
    store64(first + 3 * PAGE, 1);
    return <i32>(wrong(first, GIGABYTE) + (load64(first + 3 * PAGE) == 1 ? 10 : 100));
  }
  if (wait(0) != child || load64(first + 3 * PAGE) != 0) return 4;
  store64(first + 5 * PAGE, 2);
  if (munmap(first + middle, LARGE) != 0) return 5;
  print("wrong: ");
  printNumber(wrong(first, middle));
  printLine("");
  return 0;
}
