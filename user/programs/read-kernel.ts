/** Reading kernel memory: the upper half belongs to the kernel, and no address in it is a task's to touch. */
import { load64, printLine } from "nitros";

/** The first byte of the kernel's half of the address space. */
const KERNEL_HALF: u64 = 0xffff_8000_0000_0000;

export function main(): i32 {
  printLine("Reading the first word of the kernel's half.");
  load64(KERNEL_HALF);
  printLine("This line must never appear.");
  return 0;
}
