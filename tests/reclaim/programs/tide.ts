/**
 * Takes nearly all memory, then gives a little of it back and takes it again, many times: what it takes others have made something of
 * meanwhile. Whether a call finds no memory does not matter.
 */
import { MapFlag, mmap, munmap, Protect, yieldNow } from "nitros";

/** Not so much that a large page fits. */
const PIECE: u64 = 256 * 4096;
const HELD: u32 = 75;
const TIDE: u32 = 4;
const TIDES: u32 = 100;
const pieces = memory.data(32, 8);
if (4 * 8 != 32) ERROR("pieces has room for TIDE addresses");

export function main(): i32 {
  for (let i: u32 = 0; i < HELD; i++) take();
  for (let tide: u32 = 0; tide < TIDES; tide++) {
    for (let i: usize = 0; i < TIDE; i++) store<i64>(pieces + i * 8, take());
    yieldNow();
    for (let i: usize = 0; i < TIDE; i++) giveBack(load<i64>(pieces + i * 8));
    yieldNow();
  }
  return 0;
}

function take(): i64 {
  return mmap(0, PIECE, Protect.READ | Protect.WRITE, MapFlag.PRIVATE | MapFlag.ANONYMOUS | MapFlag.POPULATE);
}

function giveBack(first: i64): void {
  if (first > 0) munmap(<u64>first, PIECE);
}
