import { MapFlag, mmap, munmap, Protect } from "nitros";

/** Not so much that a large page fits. */
const PIECE: u64 = 256 * 4096;
const pieces = memory.data(1024, 8);
const MOST: u32 = 128;
if (128 * 8 != 1024 || MOST != 128) ERROR("pieces has room for MOST addresses");

/** Takes all memory that a call finds, and gives it back. */
export function surge(): void {
  const count = takeAll();
  for (let i: u32 = 0; i < count; i++) munmap(load<u64>(pieces + ((<usize>i) << 3)), PIECE);
}

function takeAll(): u32 {
  let count: u32 = 0;
  for (; count < MOST; count++) {
    const piece = mmap(0, PIECE, Protect.READ | Protect.WRITE, MapFlag.PRIVATE | MapFlag.ANONYMOUS | MapFlag.POPULATE);
    if (piece < 0) return count;
    store<i64>(pieces + ((<usize>count) << 3), piece);
  }
  return count;
}
