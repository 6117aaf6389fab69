/** A memory hog: a copy of it takes all the memory there is, until the kernel ends it; its parent beside it keeps what it had. */
import { Ending, exit, fork, heapStart, load64, MapFlag, mmap, printLine, Protect, store64, wait } from "nitros";

const PAGE: u64 = 4096;
const CHUNK: u64 = 16 << 20;
const FLAGS: u64 = MapFlag.PRIVATE | MapFlag.ANONYMOUS;
const MINE: u64 = 0x600d_c171;

export function main(): i32 {
  const own = heapStart() + PAGE;
  store64(own, MINE);
  printLine("A copy of me will take page after page, for as long as there is one.");
  if (fork() == 0) takeAll();
  wait(heapStart());
  const ending = load64(heapStart());
  if (ending != (Ending.KILLED | Ending.HELD_MOST) && ending != (Ending.KILLED | 14)) return 1;
  printLine("It was ended when none was left, and all is back. I have what I had.");
  return load64(own) == MINE ? 0 : 2;
}

/** Does not return. */
function takeAll(): void {
  for (;;) {
    const chunk = mmap(0, CHUNK, Protect.READ | Protect.WRITE, FLAGS);
    if (chunk < 0) exit(1);
    for (let at: u64 = 0; at < CHUNK; at += PAGE) store64(<u64>chunk + at, at);
  }
}
