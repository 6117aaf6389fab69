import * as host from "../model/host";
import { tick, ticksNow } from "../model/cpu/time";
import { runningCpu } from "../model/mmu/state";
export { cpuid } from "../model/cpu/identification";

/** `e_machine` of images whose text is WebAssembly. */
const IMAGE_MACHINE: u32 = 0x4157;

export function cpuIndex(): u32 {
  return runningCpu();
}

export function entropy64(): u64 {
  return host.entropy();
}

export function clock(): u64 {
  return ticksNow();
}

export function pause(): void {
  tick();
}

/** The model does one thing after another. */
export function fence(): void {}

/** A processor that was not there in time: here all are. */
export function halt(): void {
  unreachable();
}

/** Whatever is waited for has happened. */
export function waitMicroseconds(_microseconds: u32): void {
  tick();
}

export function exit(status: u32): void {
  host.exit(status);
  unreachable();
}

export function imageMachine(): u32 {
  return IMAGE_MACHINE;
}

export function trapRegister(_index: u32): u64 {
  return 0;
}

export function trapRegisterCount(): u32 {
  return 0;
}
