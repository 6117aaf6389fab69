/** Its 2 MiB blocks go back to the CPU that it ends on, which keeps them for itself. */
import { MapFlag, mmap, Protect, store64 } from "nitros";

const BLOCK: u64 = 0x20_0000;
const BLOCKS: u64 = 5;

export function main(): i32 {
  const first = mmap(0, BLOCKS * BLOCK, Protect.READ | Protect.WRITE, MapFlag.PRIVATE | MapFlag.ANONYMOUS);
  if (first < 0) return 1;
  for (let at: u64 = 0; at < BLOCKS * BLOCK; at += BLOCK) store64(<u64>first + at, 1);
  return 0;
}
