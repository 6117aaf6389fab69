/** The processor: identity, features, interrupts, time, entropy. */
import { BlockAt, RegisterAt } from "./block";
import { kernelLoad64 } from "./memory";
import { cpuBlock } from "./native";
import { halt } from "./processor";
import { endMachine } from "./serial";
export { entropy64 } from "./entropy";
export { clock, cpuid, halt, pause } from "./processor";

/** ELF's number for x86-64. */
const EM_X86_64: u32 = 62;

/** Index of the CPU that runs this: 0 is the one that booted. */
export declare function cpuIndex(): u32;

/** Everything before is done, and seen by other CPUs, before anything after begins: MFENCE and LFENCE. */
export declare function fence(): void;

/** This CPU does nothing any more. Does not return; on the embedded machine to who has interrupted it, who goes on. */
export function stopCpu(): void {
  while (true) halt();
}

/** Ends the machine with an exit status (DESIGN, "The command"). Does not return. */
export function exit(status: u32): void {
  endMachine(status);
}

/** `e_machine` of the user images that this machine runs: 62 (x86-64) on metal, 0x4157 (WebAssembly) on the embedded machine. */
export function imageMachine(): u32 {
  return EM_X86_64;
}

const GENERAL_REGISTERS: u32 = 15;

/**
 * Register `index` of the trap that the kernel is answering, as it was when the trap came: 0–15 RAX RBX RCX RDX RSI RDI RBP R8–R15 RSP,
 * 16 RIP, 17 RFLAGS. For panics. The embedded machine's kernel has none: see `trapRegisterCount`.
 */
export function trapRegister(index: u32): u64 {
  const frame = kernelLoad64(cpuBlock(cpuIndex()) + BlockAt.TRAP_FRAME);
  return frame == 0 ? 0 : kernelLoad64(frame + ((<u64>placeOfRegister(index)) << 3));
}

/** 18 on metal, 0 on the embedded machine. */
export function trapRegisterCount(): u32 {
  return 18;
}

function placeOfRegister(index: u32): u32 {
  if (index < GENERAL_REGISTERS) return index;
  if (index == 15) return RegisterAt.RSP;
  return index == 16 ? RegisterAt.RIP : RegisterAt.RFLAGS;
}
