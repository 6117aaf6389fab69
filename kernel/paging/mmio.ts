import {
  fence,
  kernelLoad16,
  kernelLoad32,
  kernelLoad64,
  kernelLoad8,
  kernelStore16,
  kernelStore32,
  kernelStore64,
  kernelStore8,
} from "platform";

/**
 * Registers of devices, by virtual address in an aperture (`apertures.ts`), never RAM, naturally aligned. Uncached accesses stay in program order
 * among themselves (SDM 3A 12.3); the fence keeps those to RAM on their side of them. A device may refuse a width that is not its register's.
 */
export function mmioLoad8(address: u64): u8 {
  const value = kernelLoad8(address);
  fence();
  return value;
}

export function mmioLoad16(address: u64): u16 {
  const value = kernelLoad16(address);
  fence();
  return value;
}

export function mmioLoad32(address: u64): u32 {
  const value = kernelLoad32(address);
  fence();
  return value;
}

export function mmioLoad64(address: u64): u64 {
  const value = kernelLoad64(address);
  fence();
  return value;
}

export function mmioStore8(address: u64, value: u8): void {
  fence();
  kernelStore8(address, value);
}

export function mmioStore16(address: u64, value: u16): void {
  fence();
  kernelStore16(address, value);
}

export function mmioStore32(address: u64, value: u32): void {
  fence();
  kernelStore32(address, value);
}

export function mmioStore64(address: u64, value: u64): void {
  fence();
  kernelStore64(address, value);
}
