// Compiled with --path platform/embedded: the modelled MMU, opened for tests. Its "kernel" reports every trap to the host.
import { kernelFault } from "model/host";
import { connectKernel } from "model/program/enter";

function trap(vector: u32, error: u64, address: u64, fromUser: u32): void {
  kernelFault(vector, error, address);
}

function syscall(number: u64, a: u64, b: u64, c: u64, d: u64, e: u64, f: u64): void {}

function start(): void {}

connectKernel(trap, syscall, start);

/** Linear memory that a test may use, for the copies from and to user memory. */
const scratch = memory.data(8192, 16);
export function scratchAt(): usize {
  return scratch;
}

export * from "platform";
export { ramDeclare, isRam, ramAt } from "model/ram/ram";
export { featuresHide } from "model/cpu/features";
export { translate, probe, memoryTypeAt, patIndexAt, setTlbHabits } from "model/mmu/translate";
export { patType } from "model/mmu/pat";
export { takeTimerInterrupt } from "model/cpu/apic";
export { faultVector, faultError, faultAddress } from "model/mmu/faults";
export { programStarts } from "model/program/resume";
export { userLoad8, userLoad16, userLoad32, userLoad64 } from "model/program/access";
export { userStore8, userStore16, userStore32, userStore64 } from "model/program/access";
export { userExecute } from "model/program/calls";
