import { MapFlag, Protect, mmap, print, printLine, printNumber, store64, syscall } from "nitros";
import { TestCall } from "./test-calls";

/** Takes pages away while the other CPU, which has the space, waits for the kernel's lock with its interrupts off. */
const ROUNDS: u32 = 20;

export function main(): i32 {
  let stale: i64 = 0;
  for (let round: u32 = 0; round < ROUNDS; round++) {
    const at = <u64>mmap(0, 4096, Protect.READ | Protect.WRITE, MapFlag.PRIVATE | MapFlag.ANONYMOUS);
    store64(at, round + 1);
    syscall(TestCall.SWAP, at, 0, 0, 0, 0, 0);
    if (syscall(TestCall.LOOK, 0, 0, 0, 0, 0, 0) != -1) stale += 1;
    syscall(TestCall.PART, 0, 0, 0, 0, 0, 0);
  }
  print("stale: ");
  printNumber(stale);
  printLine("");
  return 0;
}
