import { generalProtection } from "../mmu/registers";
import { MAX_CPUS, runCpu, runningCpu } from "../mmu/state";
import { enterInterrupt } from "../program/enter";
import { startTimer, takeTimerEnd, timerCount } from "./apic-timer";
import { initialise, startUp } from "./start";

/**
 * The local APIC in x2APIC mode: SDM 3A 10.12. Interrupts of other CPUs arrive at once: the target is outside the kernel, where it can be
 * interrupted, and runs its handler before the sender goes on. The timer's interrupts come before an
 * access of a program, which its CPU runs, or another one while it sleeps.
 *
 * There are no registers in memory (xAPIC mode): until it is in x2APIC mode nothing can be done with it.
 */
namespace Msr {
  export const BASE: u32 = 0x1b;
  /** Register n of table 10-6 is MSR FIRST + n. */
  export const FIRST: u32 = 0x800;
  export const LAST: u32 = 0x83f;
}
namespace Register {
  export const ID: u32 = 0x02;
  export const VERSION: u32 = 0x03;
  export const TASK_PRIORITY: u32 = 0x08;
  export const PROCESSOR_PRIORITY: u32 = 0x0a;
  export const END_OF_INTERRUPT: u32 = 0x0b;
  export const LOGICAL_ID: u32 = 0x0d;
  export const SPURIOUS: u32 = 0x0f;
  /** In service, trigger mode, requested: eight registers each. */
  export const IN_SERVICE: u32 = 0x10;
  export const ERRORS: u32 = 0x28;
  export const COMMAND: u32 = 0x30;
  export const LVT_TIMER: u32 = 0x32;
  export const LVT_ERROR: u32 = 0x37;
  export const INITIAL_COUNT: u32 = 0x38;
  export const CURRENT_COUNT: u32 = 0x39;
  export const DIVIDE: u32 = 0x3e;
}

const BASE_BOOT_CPU: u64 = 1 << 8;
const BASE_X2APIC: u64 = 1 << 10;
const BASE_ENABLED: u64 = 1 << 11;
const BASE_ADDRESS: u64 = 0xfee0_0000;
/** Six entries in the local vector table; version 0x15, an integrated APIC. */
const VERSION: u32 = 0x0005_0015;

/** By CPU: IA32_APIC_BASE's mode bits, 0 after reset for "enabled, xAPIC mode", and the values of its registers. */
const modes = memory.data(512, 8);
const values = memory.data(16384, 8);
if (MAX_CPUS * 8 != 512 || MAX_CPUS * 64 * 4 != 16384) ERROR("a CPU lacks its APIC");

export function isApicRegister(index: u32): bool {
  return index == Msr.BASE || (index >= Msr.FIRST && index <= Msr.LAST);
}

export function readApic(index: u32): u64 {
  if (index == Msr.BASE) return base();
  if (!isX2()) generalProtection();
  const register = index - Msr.FIRST;
  if (!isReadable(register)) generalProtection();
  if (register == Register.ID) return runningCpu();
  if (register == Register.VERSION) return VERSION;
  if (register == Register.LOGICAL_ID) return logicalId(<u64>runningCpu());
  if (register == Register.CURRENT_COUNT) return timerCount(valueOf(Register.DIVIDE));
  return valueOf(register);
}

export function writeApic(index: u32, value: u64): void {
  if (index == Msr.BASE) return setBase(value);
  const register = index - Msr.FIRST;
  if (!isX2() || (value & ~writableBits(register)) != 0 || !isWritable(register)) generalProtection();
  if (register == Register.COMMAND) send(<u32>(value >> 32), <u32>value);
  else if (register != Register.END_OF_INTERRUPT) store<u32>(valueAt(register), <u32>value);
  if (register == Register.INITIAL_COUNT) startTimer(<u32>value, valueOf(Register.DIVIDE), valueOf(Register.LVT_TIMER));
}

/** The cluster of 16 in bits 31:16, a bit for the CPU in the cluster (10.12.10.2). */
function logicalId(id: u64): u64 {
  return ((id >> 4) << 16) | ((<u64>1) << (id & 15));
}

function valueAt(register: u32): usize {
  return values + (runningCpu() << 8) + ((<usize>register) << 2);
}

function valueOf(register: u32): u32 {
  return load<u32>(valueAt(register));
}

function modePlace(): usize {
  return modes + (runningCpu() << 3);
}

function isX2(): bool {
  return load<u64>(modePlace()) == BASE_X2APIC;
}

function base(): u64 {
  return BASE_ADDRESS | BASE_ENABLED | load<u64>(modePlace()) | (runningCpu() == 0 ? BASE_BOOT_CPU : 0);
}

/** From xAPIC mode to x2APIC mode and no way back but reset, which the model does not have (10.12.5). */
function setBase(value: u64): void {
  const kept = base() & ~BASE_X2APIC;
  if ((value & ~BASE_X2APIC) != kept || (isX2() && (value & BASE_X2APIC) == 0)) generalProtection();
  store<u64>(modePlace(), value & BASE_X2APIC);
}

function isReadable(register: u32): bool {
  if (register == Register.ID || register == Register.VERSION) return true;
  if (register == Register.PROCESSOR_PRIORITY || register == Register.LOGICAL_ID) return true;
  if (register >= Register.IN_SERVICE && register < Register.ERRORS) return true;
  return register == Register.CURRENT_COUNT || (isWritable(register) && register != Register.END_OF_INTERRUPT);
}

function isWritable(register: u32): bool {
  if (register == Register.TASK_PRIORITY || register == Register.END_OF_INTERRUPT) return true;
  if (register == Register.SPURIOUS || register == Register.ERRORS || register == Register.COMMAND) return true;
  if (register >= Register.LVT_TIMER && register <= Register.LVT_ERROR) return true;
  return register == Register.INITIAL_COUNT || register == Register.DIVIDE;
}

/** All others are reserved: writing a one there is #GP (10.12.1.2). */
function writableBits(register: u32): u64 {
  if (register == Register.TASK_PRIORITY) return 0xff;
  if (register == Register.END_OF_INTERRUPT || register == Register.ERRORS) return 0;
  if (register == Register.SPURIOUS) return 0x13ff;
  if (register == Register.COMMAND) return 0xffff_ffff_000c_cfff;
  if (register == Register.INITIAL_COUNT) return 0xffff_ffff;
  if (register == Register.DIVIDE) return 0xb;
  return register == Register.LVT_TIMER ? 0x7_10ff : 0x1_f7ff;
}

namespace Delivery {
  export const FIXED: u32 = 0;
  export const NMI: u32 = 4;
  export const INIT: u32 = 5;
  export const START_UP: u32 = 6;
}
const TO_MANY: u32 = 3 << 18;
const NMI_VECTOR: u32 = 2;

/**
 * The interrupt command (10.6.1, 10.12.9), to one CPU by its id. One to a CPU that is not there is lost. Not modelled, and so refused: to
 * itself, to many, and in other ways.
 */
function send(id: u32, command: u32): void {
  const delivery = (command >> 8) & 7;
  const sender = runningCpu();
  if ((command & TO_MANY) != 0 || id == <u32>sender) generalProtection();
  if (delivery != Delivery.FIXED && (delivery < Delivery.NMI || delivery > Delivery.START_UP)) generalProtection();
  if (id >= <u32>MAX_CPUS) return;
  runCpu(<i32>id);
  deliver(delivery, command & 0xff);
  runCpu(sender);
}

function deliver(delivery: u32, vector: u32): void {
  if (delivery == Delivery.INIT) initialise();
  else if (delivery == Delivery.START_UP) startUp(vector);
  else if (delivery == Delivery.NMI) enterInterrupt(NMI_VECTOR);
  else if (isListening()) enterInterrupt(vector);
}

/** Until its software enables it, an APIC takes nothing but INIT and start-up (10.4.7.2). */
function isListening(): bool {
  return isX2() && (valueOf(Register.SPURIOUS) & (1 << 8)) != 0;
}

const MASKED: u32 = 1 << 16;

/** The vector of the timer's interrupt, if it is due for the CPU that runs; 0 if not. Told once. */
export function takeTimerInterrupt(): u32 {
  const entry = valueOf(Register.LVT_TIMER);
  return takeTimerEnd() && isListening() && (entry & MASKED) == 0 ? entry & 0xff : 0;
}
