/**
 * Reads over and over a page in each 2 MiB of a stretch: zeros, whatever became of its tables meanwhile; and adds up numbers that it wrote.
 * Lets others run in between.
 */
import { load64, MapFlag, mmap, print, printLine, printNumber, Protect, store64, yieldNow } from "nitros";

const STEP: u64 = 2 << 20;
const STEPS: u64 = 2048;
const PAGE: u64 = 4096;
const PAGES: u64 = 64;
const ROUNDS: u32 = 1000;
const READ_WRITE: u64 = Protect.READ | Protect.WRITE;

export function main(): i32 {
  const zeros = mmap(0, STEPS * STEP, READ_WRITE, MapFlag.PRIVATE | MapFlag.ANONYMOUS);
  const numbers = mmap(0, PAGES * PAGE, READ_WRITE, MapFlag.PRIVATE | MapFlag.ANONYMOUS);
  if (zeros < 0 || numbers < 0) return 1;
  for (let page: u64 = 0; page < PAGES; page++) store64(<u64>numbers + page * PAGE, page);
  let wrong: u64 = 0;
  for (let round: u32 = 0; round < ROUNDS; round++) {
    wrong += sumOf(<u64>zeros, STEPS, STEP);
    if (sumOf(<u64>numbers, PAGES, PAGE) != (PAGES * (PAGES - 1)) / 2) wrong += 1;
    yieldNow();
  }
  print("wrong ");
  printNumber(wrong);
  printLine("");
  return wrong == 0 ? 0 : 2;
}

function sumOf(first: u64, count: u64, step: u64): u64 {
  let sum: u64 = 0;
  for (let i: u64 = 0; i < count; i++) sum += load64(first + i * step);
  return sum;
}
