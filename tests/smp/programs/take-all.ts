/** Lets all others end, and takes every frame that it can have, until it is ended for it. */
import { MapFlag, mmap, Protect, store64, yieldNow } from "nitros";

const PAGE: u64 = 4096;
/** Not so much that a large page fits. */
const PIECE: u64 = 64 * PAGE;
const TURNS: u32 = 200;

export function main(): i32 {
  for (let turn: u32 = 0; turn < TURNS; turn++) yieldNow();
  while (takePiece());
  return 1;
}

function takePiece(): bool {
  const first = mmap(0, PIECE, Protect.READ | Protect.WRITE, MapFlag.PRIVATE | MapFlag.ANONYMOUS);
  if (first < 0) return false;
  for (let at: u64 = 0; at < PIECE; at += PAGE) store64(<u64>first + at, 1);
  return true;
}
