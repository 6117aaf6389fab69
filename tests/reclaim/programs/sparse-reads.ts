/**
 * Reads a page in each 2 MiB of more memory than the machine has room for tables of, twice: all zeros. What was written beside it, and
 * the program's own text and data, stay what they were.
 */
import { MapFlag, mmap, load64, printLine, printNumber, print, Protect, store64 } from "nitros";

const STEP: u64 = 2 << 20;
/** One table each: 128 MiB of them. */
const STEPS: u64 = 32768;
const WRITTEN: u64 = 4096;

export function main(): i32 {
  const mapped = mmap(0, STEPS * STEP, Protect.READ | Protect.WRITE, MapFlag.PRIVATE | MapFlag.ANONYMOUS);
  if (mapped < 0) return 1;
  const first = <u64>mapped;
  const beside = mmap(0, WRITTEN, Protect.READ | Protect.WRITE, MapFlag.PRIVATE | MapFlag.ANONYMOUS);
  if (beside < 0) return 2;
  store64(<u64>beside, 12345);
  const sum = readAll(first) + readAll(first);
  print("sum ");
  printNumber(sum);
  print(", beside it ");
  printNumber(load64(<u64>beside));
  printLine("");
  return 0;
}

function readAll(first: u64): u64 {
  let sum: u64 = 0;
  for (let step: u64 = 0; step < STEPS; step++) sum += load64(first + step * STEP + ((step & 511) << 12));
  return sum;
}
