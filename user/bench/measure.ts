import { clock, MapFlag, mmap, munmap, print, printLine, printNumber, Protect } from "nitros";

/** How programs measure: for each workload a line "bench NAME OPERATIONS TICKS". bench/linux/measure.h is the same for Linux. */

export const PAGE: u64 = 4096;
export const READ_WRITE: u64 = Protect.READ | Protect.WRITE;
const PRIVATE: u64 = MapFlag.PRIVATE | MapFlag.ANONYMOUS;
/** How often each is done, after once that does not count. */
const ROUNDS: u32 = 8;
/** Of a workload that is one operation. */
export const TIMES: u64 = 256;

let ticks: u64 = 0;
let operations: u64 = 0;
let begun: u64 = 0;

export function begin(): void {
  begun = clock();
}

export function end(count: u64): void {
  add(clock() - begun, count);
}

/** What a workload took that has not been between `begin` and `end`. */
export function add(taken: u64, count: u64): void {
  ticks += taken;
  operations += count;
}

export function measure(name: string, workload: () => void): void {
  workload();
  ticks = 0;
  operations = 0;
  for (let round: u32 = 0; round < ROUNDS; round++) workload();
  print("bench ");
  print(name);
  print(" ");
  printNumber(operations);
  print(" ");
  printNumber(ticks);
  printLine("");
}

export function map(bytes: u64, flags: u64): u64 {
  const at = mmap(0, bytes, READ_WRITE, PRIVATE | flags);
  assert(at > 0);
  return <u64>at;
}

export function unmap(at: u64, bytes: u64): void {
  const error = munmap(at, bytes);
  assert(error == 0);
}
