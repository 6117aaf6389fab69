/**
 * Waits until a call finds no memory, and then writes more pages than other well-behaved programs could give back, each with a fault; reads
 * them all again.
 */
import { load64, MapFlag, mmap, munmap, print, printLine, printNumber, Protect, store64, yieldNow } from "nitros";

const PAGE: u64 = 4096;
const PAGES: u64 = 4096;
const READ_WRITE: u64 = Protect.READ | Protect.WRITE;
const MAP: u64 = MapFlag.PRIVATE | MapFlag.ANONYMOUS;

export function main(): i32 {
  const mapped = mmap(0, PAGES * PAGE, READ_WRITE, MAP);
  if (mapped < 0) return 1;
  const first = <u64>mapped;
  while (isThereMemory()) yieldNow();
  for (let page: u64 = 0; page < PAGES; page++) store64(first + page * PAGE, page);
  let sum: u64 = 0;
  for (let page: u64 = 0; page < PAGES; page++) sum += load64(first + page * PAGE);
  print("sum ");
  printNumber(sum);
  printLine("");
  return 0;
}

function isThereMemory(): bool {
  const probe = mmap(0, PAGE, READ_WRITE, MAP | MapFlag.POPULATE);
  if (probe < 0) return false;
  munmap(<u64>probe, PAGE);
  return true;
}
