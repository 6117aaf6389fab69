/**
 * Adds up its own text over and over, whatever became of the tables that lead there meanwhile; then writes a page of its constants, of which a
 * copy of it has a copy, and nobody else sees anything.
 */
import {
  exit,
  fork,
  heapStart,
  load64,
  mprotect,
  print,
  printLine,
  printNumber,
  Protect,
  store64,
  textStart,
  wait,
  yieldNow,
} from "nitros";

const UNIT: u64 = 0x1_0000;
const PAGE: u64 = 4096;
const ROUNDS: u32 = 400;

export function main(): i32 {
  const text = textStart();
  const sum = sumOf(text, UNIT);
  let wrong: u64 = 0;
  for (let round: u32 = 0; round < ROUNDS; round++) {
    if (sumOf(text, UNIT) != sum) wrong += 1;
    yieldNow();
  }
  print("wrong ");
  printNumber(wrong + writeOwn(text + UNIT));
  printLine("");
  return 0;
}

/** How often something else is there than should. The program is small: behind one unit of text come its constants. */
function writeOwn(page: u64): u64 {
  const before = sumOf(page, PAGE);
  if (mprotect(page, PAGE, Protect.READ | Protect.WRITE) != 0) return 100;
  store64(page + 8, load64(page + 8) + 1);
  let wrong: u64 = sumOf(page, PAGE) == before + 1 ? 0 : 1;
  const child = fork();
  if (child == 0) {
    store64(page + 8, load64(page + 8) + 1);
    exit(sumOf(page, PAGE) == before + 2 ? 0 : 1);
  }
  if (child < 0 || wait(heapStart()) != child || load64(heapStart()) != 0) wrong += 10;
  if (mprotect(page, PAGE, Protect.READ) != 0 || sumOf(page, PAGE) != before + 1) wrong += 1000;
  return wrong;
}

function sumOf(first: u64, bytes: u64): u64 {
  let sum: u64 = 0;
  for (let at: u64 = 0; at < bytes; at += 8) sum += load64(first + at);
  return sum;
}
