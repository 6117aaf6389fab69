/** Wants a little memory, by a call, as often as it must; then works on that, and faults no more. */
import { load64, MapFlag, mmap, print, printLine, printNumber, Protect, store64, yieldNow } from "nitros";

const PAGE: u64 = 4096;
const PAGES: u64 = 1000;
const ROUNDS: u64 = 40;
const READ_WRITE: u64 = Protect.READ | Protect.WRITE;
const MAP: u64 = MapFlag.PRIVATE | MapFlag.ANONYMOUS | MapFlag.POPULATE;

export function main(): i32 {
  let mapped = mmap(0, PAGES * PAGE, READ_WRITE, MAP);
  for (; mapped < 0; mapped = mmap(0, PAGES * PAGE, READ_WRITE, MAP)) yieldNow();
  const first = <u64>mapped;
  for (let round: u64 = 0; round < ROUNDS; round++) {
    for (let page: u64 = 0; page < PAGES; page++) addTo(first + page * PAGE, page);
    yieldNow();
  }
  let sum: u64 = 0;
  for (let page: u64 = 0; page < PAGES; page++) sum += load64(first + page * PAGE);
  print("sum ");
  printNumber(sum);
  printLine("");
  return 0;
}

function addTo(at: u64, value: u64): void {
  store64(at, load64(at) + value);
}
