/**
 * Takes memory until a call says that there is none, yielding now and then, so that others use theirs in between; then writes page by page,
 * until it is ended for it.
 */
import { Errno, MapFlag, mmap, printLine, Protect, store64, yieldNow } from "nitros";

const PAGE: u64 = 4096;
const READ_WRITE: u64 = Protect.READ | Protect.WRITE;
const MAP: u64 = MapFlag.PRIVATE | MapFlag.ANONYMOUS;
/** Not so much that a large page fits. */
const PIECE: u64 = 256 * PAGE;
/** More than the machine has. */
const TOO_MUCH: u64 = 1 << 30;

export function main(): i32 {
  let result: i64 = 0;
  while (result >= 0) {
    result = mmap(0, PIECE, READ_WRITE, MAP | MapFlag.POPULATE);
    yieldNow();
  }
  printLine(result == Errno.ENOMEM ? "no memory" : "another error");
  const first = mmap(0, TOO_MUCH, READ_WRITE, MAP);
  if (first < 0) return 1;
  for (let at: u64 = 0; at < TOO_MUCH; at += PAGE) store64(<u64>first + at, 1);
  return 2;
}
