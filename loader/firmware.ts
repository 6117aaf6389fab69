/**
 * The machine as the boot agent sees it: all that it imports. Addresses are native ones, which the firmware maps one to one
 * (UEFI 2.10 §2.3.4). On metal, `metal/efi.c` and `metal/processor.h` define each; on the embedded machine, `machine/firmware/` does.
 */
export declare function load8(address: u64): u32;
export declare function load16(address: u64): u32;
export declare function load32(address: u64): u32;
export declare function load64(address: u64): u64;
export declare function store8(address: u64, value: u32): void;
export declare function store16(address: u64, value: u32): void;
export declare function store32(address: u64, value: u32): void;
export declare function store64(address: u64, value: u64): void;

/** Calls a UEFI function by its address, with the firmware's calling convention. Arguments that it does not take are ignored. */
export declare function call(
  target: u64,
  a: u64,
  b: u64,
  c: u64,
  d: u64,
  e: u64,
  f: u64,
  g: u64,
  h: u64,
  i: u64,
  j: u64,
): u64;

/** Address of `SCRATCH_BYTES` that are the agent's own from the start: out-parameters, names, text. */
export declare function scratch(): u64;
export const SCRATCH_BYTES: u64 = 4096;

export { entropy64 } from "../platform/metal/platform/entropy";
export { cpuid, readCr3, readCr4 } from "../platform/metal/platform/processor";
/** Without the firmware's help; and the machine's end. */
export { endMachine, serialWrite } from "../platform/metal/platform/serial";
/** `e_machine` of the images that this machine runs: 62 (x86-64) on metal, 0x4157 (WebAssembly) on the embedded machine. */
export declare function imageMachine(): u32;

/** Leaves for the kernel: interrupts off, CR3 loaded, a jump to `entry` with `bootinfo` as the first argument. Does not return. */
export declare function enter(entry: u64, cr3: u64, bootinfo: u64): void;
