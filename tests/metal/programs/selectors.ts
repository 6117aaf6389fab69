/** Leaves a selector in FS and lets other tasks run: none of them may find it, nor this one again. */
import { printLine, yieldNow } from "nitros";
import { runMachineCode } from "./machine-code";

export function main(): i32 {
  // mov $0x23, %eax; mov %eax, %fs; ret
  if (!runMachineCode(0xc3e0_8e00_0000_23b8)) return 1;
  yieldNow();
  // mov %fs, %eax; test %eax, %eax; jz over; hlt; over: ret
  if (!runMachineCode(0xc3f4_0174_c085_e08c)) return 2;
  printLine("nothing was left in FS");
  return 0;
}
