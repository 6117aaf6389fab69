/** Takes all memory that calls give, keeps it and works on it, for ever: it never has a fault that finds none. */
import { MapFlag, memoryCreate, mmap, mmapShared, Protect, store64, yieldNow } from "nitros";

const PAGE: u64 = 4096;
/** Not so much that a large page fits. */
const PIECE: u64 = 256 * PAGE;

export function main(): i32 {
  takeObject();
  while (true) {
    takeAll(PIECE);
    takeAll(PAGE);
    yieldNow();
  }
}

/** Some of it as memory that could be shared. */
function takeObject(): void {
  const handle = memoryCreate(PIECE);
  const first = mmapShared(0, PIECE, Protect.READ | Protect.WRITE, 0, <u64>handle, 0);
  for (let at: u64 = 0; at < PIECE; at += PAGE) store64(<u64>first + at, 1);
}

function takeAll(bytes: u64): void {
  for (let first = take(bytes); first > 0; first = take(bytes)) {
    store64(<u64>first, bytes);
    yieldNow();
  }
}

function take(bytes: u64): i64 {
  return mmap(0, bytes, Protect.READ | Protect.WRITE, MapFlag.PRIVATE | MapFlag.ANONYMOUS | MapFlag.POPULATE);
}
