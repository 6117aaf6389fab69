/**
 * Segments, task state, interrupt table and system-call entry of a CPU, built here in TypeScript. The tables lie in the sealed
 * section: once bring-up has locked it nothing writes them, the processor included, because accessed bits are set beforehand and
 * LTR, which sets the busy bit, comes first.
 *
 *     tables     +0  GDT, 8 descriptors                     (SDM 3A 3.4.5, 7.2.3)
 *             0x000  null
 *             0x008  kernel code     0x00af9b000000ffff
 *             0x010  kernel data     0x00cf93000000ffff
 *             0x018  null: SYSRET counts from 0x01b         (SDM 2B SYSRET: SS = +8, CS = +16)
 *             0x020  user data       0x00cff3000000ffff
 *             0x028  user code       0x00affb000000ffff
 *             0x030  task state, 16 bytes
 *          +4096  IDT, 256 gates of 16 bytes                (SDM 3A 6.14.1)
 */
import { BlockAt } from "./block";
import { cpuIndex } from "./cpu";
import { kernelStore64, kernelStore8 } from "./memory";
import { readMsr, writeMsr } from "./mmu";
import { cpuBlock, linearAddress, loadTables, syscallEntry, trapEntry, writeDr7 } from "./native";
import { portWrite8 } from "./processor";

const KERNEL_CODE: u64 = 0x08;
/** With ring 3's privilege level: Intel's SYSRET puts it into SS itself, AMD's does not (APM 3, SYSRET). */
const SYSRET_BASE: u64 = 0x1b;
const TASK_STATE: u64 = 0x30;
const GDT_BYTES: u64 = 64;
const IDT_OFFSET: u64 = 4096;
const GATE_BYTES: u64 = 16;
const VECTORS: u32 = 256;
/** The vectors above have the same code: it does nothing. */
const LAST_ENTRY: u32 = 47;

/** The interrupt that has an entry of its own, `shootdown` (metal/kernel/entry.S). */
const SHOOTDOWN: u32 = 34;

/** Slots of the interrupt stack table, from 1; 0 is "the stack in use". */
namespace StackSlot {
  export const DOUBLE_FAULT: u32 = 1;
  export const DEBUG_AND_NMI: u32 = 2;
  export const MACHINE_CHECK: u32 = 3;
}

/** SDM 4, table 2-2. */
namespace Msr {
  export const SYSENTER_CS: u32 = 0x174;
  export const EFER: u32 = 0xc000_0080;
  export const STAR: u32 = 0xc000_0081;
  export const LSTAR: u32 = 0xc000_0082;
  export const FMASK: u32 = 0xc000_0084;
  export const GS_BASE: u32 = 0xc000_0101;
  export const KERNEL_GS_BASE: u32 = 0xc000_0102;
}

/** RFLAGS that SYSCALL clears: TF, IF, DF, NT, AC. */
const SYSCALL_CLEARS: u64 = (1 << 8) | (1 << 9) | (1 << 10) | (1 << 14) | (1 << 18);

/** Bit 10 is always set (SDM 3B 17.2.4). A breakpoint that the firmware left would go off in programs. */
const DR7_NO_BREAKPOINTS: u64 = 1 << 10;

/** One stack for every fault that wants one of its own, until there are guarded ones: what uses it only panics. */
const EARLY_STACK_BYTES: usize = 16 * 1024;
const earlyStack = memory.data(16384, 16);
if (EARLY_STACK_BYTES != 16384) ERROR("earlyStack has EARLY_STACK_BYTES");

const gdtOperand = memory.data(16, 8);
const idtOperand = memory.data(16, 8);

/**
 * Makes this CPU answer faults with the kernel's own code, before there are stacks: until then the firmware's interrupt table is in
 * use, and its memory is free as soon as the kernel takes over. `tables` is as for `cpuInstall`, which comes later.
 */
export function cpuInstallEarly(tables: u64): void {
  const top = linearAddress(earlyStack) + EARLY_STACK_BYTES;
  installTables(tables, top, top, top, top);
}

/**
 * Makes this CPU ready for ring 3 and for faults: segments, task state with its stacks, interrupt table, SYSCALL entry.
 * `tables` is the virtual address of 8 KiB of the sealed section that are this CPU's. The stack tops are virtual, 16-byte aligned.
 */
export function cpuInstall(
  tables: u64,
  kernelStackTop: u64,
  doubleFaultStackTop: u64,
  nmiStackTop: u64,
  machineCheckStackTop: u64,
): void {
  installTables(tables, kernelStackTop, doubleFaultStackTop, nmiStackTop, machineCheckStackTop);
  writeMsr(Msr.KERNEL_GS_BASE, 0);
  enableSystemCalls();
  writeDr7(DR7_NO_BREAKPOINTS);
  silenceLegacyInterrupts();
}

/** May be called again: what is in use is written over with what it is already, but for the stacks. */
function installTables(
  tables: u64,
  kernelStackTop: u64,
  doubleFaultStackTop: u64,
  nmiStackTop: u64,
  machineCheckStackTop: u64,
): void {
  kernelStore64(cpuBlock(cpuIndex()) + BlockAt.STACK, kernelStackTop);
  buildTaskState(doubleFaultStackTop, nmiStackTop, machineCheckStackTop);
  buildSegments(tables);
  buildInterruptTable(tables + IDT_OFFSET);
  const block = cpuBlock(cpuIndex());
  loadTables(
    tableOperand(gdtOperand, tables, GDT_BYTES),
    tableOperand(idtOperand, tables + IDT_OFFSET, VECTORS * GATE_BYTES),
    <u32>TASK_STATE,
  );
  writeMsr(Msr.GS_BASE, block);
}

/** What LGDT and LIDT read, at `at`. */
function tableOperand(at: usize, base: u64, bytes: u64): usize {
  store<u16>(at, <u16>(bytes - 1));
  store<u64>(at, base, 2);
  return at;
}

function taskState(): u64 {
  return cpuBlock(cpuIndex()) + BlockAt.TASK_STATE;
}

/**
 * SDM 3A 7.7. Zeros at first; not zeroed here, for a fault may come while it is in use. RSP0 is set each time the CPU leaves to a
 * context. The I/O permission map lies beyond the limit: no port for ring 3.
 */
function buildTaskState(doubleFaultStackTop: u64, nmiStackTop: u64, machineCheckStackTop: u64): void {
  const state = taskState();
  setStack(state, StackSlot.DOUBLE_FAULT, doubleFaultStackTop);
  setStack(state, StackSlot.DEBUG_AND_NMI, nmiStackTop);
  setStack(state, StackSlot.MACHINE_CHECK, machineCheckStackTop);
  kernelStore8(state + 102, 104);
}

function setStack(state: u64, slot: u32, top: u64): void {
  kernelStore64(state + 28 + 8 * <u64>slot, top);
}

function buildSegments(gdt: u64): void {
  kernelStore64(gdt, 0);
  kernelStore64(gdt + 0x08, 0x00af_9b00_0000_ffff);
  kernelStore64(gdt + 0x10, 0x00cf_9300_0000_ffff);
  kernelStore64(gdt + 0x18, 0);
  kernelStore64(gdt + 0x20, 0x00cf_f300_0000_ffff);
  kernelStore64(gdt + 0x28, 0x00af_fb00_0000_ffff);
  const base = taskState();
  const available64BitTaskState: u64 = 0x89;
  kernelStore64(
    gdt + TASK_STATE,
    103 | ((base & 0xff_ffff) << 16) | (available64BitTaskState << 40) | (((base >> 24) & 0xff) << 56),
  );
  kernelStore64(gdt + TASK_STATE + 8, base >> 32);
}

function buildInterruptTable(idt: u64): void {
  for (let vector: u32 = 0; vector < VECTORS; vector++) {
    const entry = trapEntry(min<u32>(vector, LAST_ENTRY));
    const gate = idt + <u64>vector * GATE_BYTES;
    const access = (<u64>stackSlot(vector)) | (gateType(vector) << 8);
    kernelStore64(gate, (entry & 0xffff) | (KERNEL_CODE << 16) | (access << 32) | (((entry >> 16) & 0xffff) << 48));
    kernelStore64(gate + 8, entry >> 32);
  }
}

/**
 * Faults that may come when the stack in use cannot be trusted. #DB should not: between SYSCALL and the kernel's stack, where
 * RSP is the user's, RFLAGS.TF is clear and no breakpoint is set. It shares the stack of NMI, which does not return; so does the
 * interrupt that must not disturb the task's registers, nor what the kernel's stack holds while the CPU sleeps.
 */
function stackSlot(vector: u32): u32 {
  if (vector == 1 || vector == 2 || vector == SHOOTDOWN) return StackSlot.DEBUG_AND_NMI;
  if (vector == 8) return StackSlot.DOUBLE_FAULT;
  return vector == 18 ? StackSlot.MACHINE_CHECK : 0;
}

/** Present interrupt gate; INT3 and INTO are the two that ring 3 may raise by an instruction of their own. */
function gateType(vector: u32): u64 {
  return vector == 3 || vector == 4 ? 0xee : 0x8e;
}

/** By SYSCALL only: without a code segment SYSENTER is #GP (SDM 2B SYSENTER). */
function enableSystemCalls(): void {
  writeMsr(Msr.SYSENTER_CS, 0);
  writeMsr(Msr.STAR, (KERNEL_CODE << 32) | (SYSRET_BASE << 48));
  writeMsr(Msr.LSTAR, syscallEntry());
  writeMsr(Msr.FMASK, SYSCALL_CLEARS);
  writeMsr(Msr.EFER, readMsr(Msr.EFER) | 1);
}

/** Masks both 8259A interrupt controllers: no timer of the firmware's may reach ring 3. */
function silenceLegacyInterrupts(): void {
  portWrite8(0x21, 0xff);
  portWrite8(0xa1, 0xff);
}
