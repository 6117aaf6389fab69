/**
 * The platform in a Linux process, for the kernel's frames alone: `metal/hosted/` defines what is declared. There is no MMU, no trap and
 * no program, so that the rest of the seam is not there.
 */
export * from "platform/memory";
export * from "platform/direct";
export { cpuIndex } from "platform/cpu";
export { cpuLocal, setCpuLocal } from "./local";
export { clock, pause } from "platform/processor";
export { consoleWrite, exit } from "./process";

/** Records leave only when `traceEverything` was called, which nothing here does. */
export function recordsWrite(from: usize, length: u32): void {
  assert(false, "the hosted build traces nothing");
}

/** No trap comes: a fault is Linux's, which ends the process. */
export function trapRegisterCount(): u32 {
  return 0;
}

export function trapRegister(index: u32): u64 {
  return 0;
}
