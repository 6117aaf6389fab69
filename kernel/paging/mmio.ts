import { fence, kernelLoad32, kernelStore32 } from "platform";

/**
 * Registers of devices, by virtual address in an aperture (`apertures.ts`), never RAM. Uncached accesses stay in program order among
 * themselves (SDM 3A 12.3); the fence keeps those to RAM on their side of them.
 */
export function mmioLoad32(address: u64): u32 {
  const value = kernelLoad32(address);
  fence();
  return value;
}

export function mmioStore32(address: u64, value: u32): void {
  fence();
  kernelStore32(address, value);
}
