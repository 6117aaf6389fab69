/** Memory in the message buffer's own page table: a copy has the memory, and a message buffer of its own. */
import {
  exit,
  fork,
  heapStart,
  load64,
  MapFlag,
  messageBuffer,
  mmap,
  print,
  printLine,
  printNumber,
  Protect,
  store64,
  wait,
} from "nitros";

const PAGE: u64 = 4096;

export function main(): i32 {
  const beside = messageBuffer() ^ (8 * PAGE);
  const flags: u64 = MapFlag.ANONYMOUS | MapFlag.PRIVATE | MapFlag.FIXED_NOREPLACE;
  if (<u64>mmap(beside, PAGE, Protect.READ | Protect.WRITE, flags) != beside) return 1;
  store64(beside, 77);
  store64(messageBuffer(), 1);
  if (fork() == 0) exit(<i32>load64(beside) + <i32>load64(messageBuffer()));
  if (wait(heapStart()) <= 0) return 2;
  // Printing goes through it.
  if (load64(messageBuffer()) != 1) return 3;
  print("a copy found ");
  printNumber(<i64>load64(heapStart()));
  printLine("");
  return 0;
}
