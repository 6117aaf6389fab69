import * as host from "../model/host";
import { letPass, tick, ticksNow } from "../model/cpu/time";
import { runningCpu } from "../model/mmu/state";
import { setNext } from "../model/program/context";
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

const TICKS_IN_MICROSECOND: u64 = 1000;

/** Whatever is waited for has happened; the time passes all the same. */
export function waitMicroseconds(microseconds: u32): void {
  letPass(<u64>microseconds * TICKS_IN_MICROSECOND);
}

export function stopCpu(): void {
  setNext(0);
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
