import { hpetLoads, hpetStored } from "./hpet";

/**
 * Where devices have registers in physical memory: one page, that of the HPET. Its bytes lie in the model's linear memory, so that an address
 * translates to them as one of RAM does; the device hears of each access of the kernel's.
 */
const PAGE_BYTES: usize = 4096;
const HPET_FRAME: u64 = 0xfed0_0000;
const registers = memory.data(4096, 16);

/** Is the frame at `address` a device's? */
export function isDevice(address: u64): bool {
  return (address & ~(<u64>PAGE_BYTES - 1)) == HPET_FRAME;
}

/** Where the byte of the device at physical `address` lies in linear memory. */
export function registersAt(address: u64): usize {
  return registers + ((<usize>address) & (PAGE_BYTES - 1));
}

/** The kernel is about to load at `at` of linear memory, wherever that is. */
// @ts-ignore: decorator
@inline
export function beforeLoad(at: usize): void {
  if (at - registers < PAGE_BYTES) hpetLoads(registers);
}

/** The kernel has stored at `at`. */
// @ts-ignore: decorator
@inline
export function afterStore(at: usize): void {
  if (at - registers < PAGE_BYTES) hpetStored(registers);
}
