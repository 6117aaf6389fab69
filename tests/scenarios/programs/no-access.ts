/** Memory that may be used for nothing keeps what is in it; whoever touches it has ended. */
import { load64, MapFlag, mmap, mprotect, printLine, Protect, store64 } from "nitros";

const PAGE: u64 = 4096;

export function main(): i32 {
  const at = <u64>mmap(0, PAGE, Protect.READ | Protect.WRITE, MapFlag.PRIVATE | MapFlag.ANONYMOUS);
  store64(at, 7);
  if (mprotect(at, PAGE, 0) != 0 || mprotect(at, PAGE, Protect.READ) != 0 || load64(at) != 7) return 1;
  printLine("What was for nothing is mine again.");
  if (mprotect(at, PAGE, 0) != 0) return 2;
  load64(at);
  printLine("This line must never appear.");
  return 0;
}
