import { hpetLoads, hpetStored } from "./hpet";

/**
 * Where devices have registers in physical memory: one page, that of the HPET. Its bytes lie in the model's linear memory, so that an address
 * translates to them as one of RAM does; the device hears of each access.
 */
const PAGE_BYTES: usize = 4096;
const HPET_FRAME: u64 = 0xfed0_0000;
const registers = memory.data(4096, 16);

/** Is the frame at `address` a device's? */
export function isDevice(address: u64): bool {
  return (address & ~(<u64>PAGE_BYTES - 1)) == HPET_FRAME;
}

/**
 * What a program finds where a manifest grants device memory and there is neither a device nor RAM: bytes of all ones, and nothing keeps what is
 * written, as on a PC's bus. The kernel never looks there by itself: to it that is an error.
 */
const nobody = memory.data(4096, 16);

export function nobodysAt(address: u64): usize {
  return nobody + ((<usize>address) & (PAGE_BYTES - 1));
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

/** A program is about to load at `at`. */
export function beforeUserLoad(at: usize): void {
  beforeLoad(at);
  if (at - nobody < PAGE_BYTES) memory.fill(nobody, 0xff, PAGE_BYTES);
}

/** The kernel has stored at `at`. */
// @ts-ignore: decorator
@inline
export function afterStore(at: usize): void {
  if (at - registers < PAGE_BYTES) hpetStored(registers);
}
