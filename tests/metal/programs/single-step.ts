/** Makes a system call with RFLAGS.TF set. The #DB must wait until ring 3 runs again: in the kernel it would come on this stack. */
import { runMachineCode } from "./machine-code";

export function main(): i32 {
  // push $0x100; popf; syscall
  return runMachineCode(0x050f_9d00_0001_0068) ? 1 : 2;
}
