/** Loads FS from a local descriptor table: there is none, so that no table at address 0 is read for it. */
import { runMachineCode } from "./machine-code";

export function main(): i32 {
  // mov $0x7ff7, %eax; mov %eax, %fs; ret
  return runMachineCode(0xc3e0_8e00_007f_f7b8) ? 1 : 2;
}
