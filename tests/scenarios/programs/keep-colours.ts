/** Keeps its memory to two cache colours, of 40 pages; then goes back to any. */
import { colours, heapStart, mmap, MapFlag, printLine, Protect, store64 } from "nitros";

const PAGES: u64 = 40;

export function main(): i32 {
  if (colours(0) < 1) return 1;
  if (colours(3) < 1) return 2;
  const pages = mmap(0, PAGES * 4096, Protect.READ | Protect.WRITE, MapFlag.PRIVATE | MapFlag.ANONYMOUS);
  if (pages < 0) return 3;
  printLine("Forty pages of two colours.");
  for (let i: u64 = 0; i < PAGES; i++) store64(<u64>pages + i * 4096, i);
  printLine("Any colour again.");
  if (colours(0) < 1) return 4;
  store64(heapStart(), 1);
  return 0;
}
