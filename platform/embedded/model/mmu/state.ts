/**
 * The registers of one modelled processor. One block a CPU, so that more CPUs are more blocks; `cpu` is the one that runs.
 */
@unmanaged
@final
export class CpuState {
  cr0: u64;
  cr3: u64;
  cr4: u64;
  efer: u64;
  pat: u64;
  star: u64;
  longStar: u64;
  compatStar: u64;
  flagMask: u64;
  fsBase: u64;
  gsBase: u64;
  kernelGsBase: u64;
}

if (offsetof<CpuState>() != 96) ERROR("CpuState has grown: states below must too");

export const MAX_CPUS: i32 = 64;
const STATE_BYTES: i32 = 96;
const states = memory.data(6144, 8);
if (MAX_CPUS * STATE_BYTES != 6144) ERROR("a CPU lacks its state");

let running: i32 = 0;

// @ts-ignore: decorator
@inline
export function cpu(): CpuState {
  return changetype<CpuState>(states + running * STATE_BYTES);
}

// @ts-ignore: decorator
@inline
export function runningCpu(): i32 {
  return running;
}

/** The current PCID: 0 while CR4.PCIDE is (SDM 3A 4.10.1). */
export function currentPcid(): u32 {
  return cpu().cr4 & Cr4.PCIDE ? <u32>(cpu().cr3 & 0xfff) : 0;
}

/** Whatever the model does from here on, CPU `index` does. */
export function runCpu(index: i32): void {
  running = index;
}

/** Control-register bits, SDM 3A 2.5. */
export namespace Cr0 {
  export const PE: u64 = 1 << 0;
  export const ET: u64 = 1 << 4;
  export const WP: u64 = 1 << 16;
  export const NW: u64 = 1 << 29;
  export const CD: u64 = 1 << 30;
  export const PG: u64 = 0x8000_0000;
}

export namespace Cr4 {
  export const PSE: u64 = 1 << 4;
  export const PAE: u64 = 1 << 5;
  export const PGE: u64 = 1 << 7;
  export const UMIP: u64 = 1 << 11;
  export const PCIDE: u64 = 1 << 17;
  export const SMEP: u64 = 1 << 20;
  export const SMAP: u64 = 1 << 21;
}

/** IA32_EFER, SDM 3A 2.2.1. */
export namespace Efer {
  export const SCE: u64 = 1 << 0;
  export const LME: u64 = 1 << 8;
  export const LMA: u64 = 1 << 10;
  export const NXE: u64 = 1 << 11;
}
