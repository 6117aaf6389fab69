import { cpuid, fence, kernelLoad32, kernelStore32, pause, readMsr, writeMsr } from "platform";
import { PhysAddr } from "../address/addr";
import { PAGE_BYTES } from "../address/pages";
import { cpuApicId } from "../numa/topology";
import { mapAperture } from "../paging/apertures";
import { Caching } from "../paging/caching";
import { mmioLoad32, mmioStore32 } from "../paging/mmio";
import { InterruptVector } from "./interrupt-vector";

/**
 * The local APIC of each CPU (SDM 3A 10): by MSRs where CPUID has x2APIC (10.12), else through memory, where register n lies at 16 n.
 */
namespace Register {
  export const VERSION: u32 = 0x03;
  export const TASK_PRIORITY: u32 = 0x08;
  export const END_OF_INTERRUPT: u32 = 0x0b;
  export const SPURIOUS: u32 = 0x0f;
  export const LVT_MACHINE_CHECK: u32 = 0x2f;
  export const COMMAND: u32 = 0x30;
  export const COMMAND_HIGH: u32 = 0x31;
  export const LVT_TIMER: u32 = 0x32;
  export const LVT_THERMAL: u32 = 0x33;
  export const LVT_COUNTERS: u32 = 0x34;
  export const LVT_LINT0: u32 = 0x35;
  export const LVT_LINT1: u32 = 0x36;
  export const LVT_ERROR: u32 = 0x37;
  export const INITIAL_COUNT: u32 = 0x38;
  export const CURRENT_COUNT: u32 = 0x39;
  export const DIVIDE: u32 = 0x3e;
}
const X2APIC_MSRS: u32 = 0x800;

/** SDM 3A 10.4.4. */
const APIC_BASE: u32 = 0x1b;
const BASE_ENABLED: u64 = 1 << 11;
const BASE_X2APIC: u64 = 1 << 10;
const BASE_ADDRESS: u64 = 0x000f_ffff_ffff_f000;

const SOFTWARE_ENABLED: u32 = 1 << 8;
const MASKED: u32 = 1 << 16;
/** The timer counts every sixteenth of its input's periods (SDM 3A 10.5.4): seconds fit into 32 bits, whatever the input. */
const DIVIDE_BY_16: u32 = 3;

/** Interrupt commands (SDM 3A 10.6.1): delivery modes, and the level that INIT wants. */
export namespace Command {
  export const INIT: u32 = 0x4500;
  export const START_UP: u32 = 0x4600;
  export const NMI: u32 = 0x4400;
  export const FIXED: u32 = 0x4000;
}
const PENDING: u32 = 1 << 12;

const ECX: u32 = 2;
const EDX: u32 = 3;

let isX2: bool = false;
/** The aperture, when there is need of one. */
let registers: u64 = 0;

/** CPUID.1:EDX[9]. A PC without has one CPU and no timer of ours. */
export function hasApic(): bool {
  return (cpuid(1, 0, EDX) & (1 << 9)) != 0;
}

/** Once, before `openApic`, where there is one. False when it could not be given an aperture. */
export function findApic(): bool {
  isX2 = (cpuid(1, 0, ECX) & (1 << 21)) != 0;
  if (isX2) return true;
  registers = mapAperture(<PhysAddr>(readMsr(APIC_BASE) & BASE_ADDRESS), PAGE_BYTES, Caching.UNCACHED);
  return registers != 0;
}

/** Turns this CPU's on. Nothing interrupts but other CPUs and the timer: whatever the firmware left in the local vector table is masked. */
export function openApic(): void {
  const base = readMsr(APIC_BASE) | BASE_ENABLED;
  if (base != readMsr(APIC_BASE)) writeMsr(APIC_BASE, base);
  if (isX2) writeMsr(APIC_BASE, base | BASE_X2APIC);
  maskLocalVectors();
  openTimer();
  write(Register.TASK_PRIORITY, 0);
  write(Register.SPURIOUS, SOFTWARE_ENABLED | InterruptVector.SPURIOUS);
}

/** The version says how many there are (SDM 3A 10.4.8, 10.5.1). */
function maskLocalVectors(): void {
  const last = (read(Register.VERSION) >> 16) & 0xff;
  write(Register.LVT_TIMER, MASKED);
  write(Register.LVT_LINT0, MASKED);
  write(Register.LVT_LINT1, MASKED);
  write(Register.LVT_ERROR, MASKED);
  if (last >= 4) write(Register.LVT_COUNTERS, MASKED);
  if (last >= 5) write(Register.LVT_THERMAL, MASKED);
  if (last >= 6) write(Register.LVT_MACHINE_CHECK, MASKED);
}

/** Once, not periodic, and stopped until it is set. */
function openTimer(): void {
  write(Register.INITIAL_COUNT, 0);
  write(Register.DIVIDE, DIVIDE_BY_16);
  write(Register.LVT_TIMER, InterruptVector.TIMER);
}

/** This CPU's timer interrupts once, after so many counts; with 0 not at all. */
export function setTimerCount(count: u32): void {
  write(Register.INITIAL_COUNT, count);
}

/** How many counts it has to go. */
export function timerCount(): u32 {
  return read(Register.CURRENT_COUNT);
}

/** The interrupt that is being answered is: others may come. */
export function endOfInterrupt(): void {
  if (isX2) writeMsr(X2APIC_MSRS + Register.END_OF_INTERRUPT, 0);
  else kernelStore32(addressOf(Register.END_OF_INTERRUPT), 0);
}

/** Interrupts CPU `cpu`, which is not this one. */
export function sendInterrupt(cpu: u32, vector: u32): void {
  sendCommand(cpu, Command.FIXED | vector);
}

/**
 * Sends an interrupt command to CPU `cpu`, after all that this CPU has stored in RAM by functions of the platform. Without fences: stores are
 * seen in their order (SDM 3A 9.2.2), uncached ones among them.
 */
export function sendCommand(cpu: u32, command: u32): void {
  const target = cpuApicId(cpu);
  if (isX2) return sendByMsr(target, command);
  const low = addressOf(Register.COMMAND);
  while ((kernelLoad32(low) & PENDING) != 0) pause();
  kernelStore32(low + COMMAND_HIGH_FROM_LOW, target << 24);
  kernelStore32(low, command);
}
const COMMAND_HIGH_FROM_LOW: u64 = 16;
if ((Register.COMMAND_HIGH - Register.COMMAND) << 4 != 16) ERROR("COMMAND_HIGH_FROM_LOW");

/** WRMSR to these registers does not wait for stores (SDM 3A 10.12.3). */
function sendByMsr(target: u32, command: u32): void {
  fence();
  writeMsr(X2APIC_MSRS + Register.COMMAND, ((<u64>target) << 32) | command);
}

function addressOf(register: u32): u64 {
  return registers + ((<u64>register) << 4);
}

function read(register: u32): u32 {
  return isX2 ? <u32>readMsr(X2APIC_MSRS + register) : mmioLoad32(addressOf(register));
}

function write(register: u32, value: u32): void {
  if (isX2) writeMsr(X2APIC_MSRS + register, value);
  else mmioStore32(addressOf(register), value);
}
