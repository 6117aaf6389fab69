/**
 * A paging-structure entry, as the modelled MMU reads it (SDM 3A 4.5, tables 4-15 to 4-20).
 *
 *     63 62  59 58  52 51        12 11  9  8 7  6 5 4   3   2   1   0
 *     XD  key   ignored   address  ignored G PS D A PCD PWT U/S R/W P
 *
 * Bit 7 is PS in a PDPTE and a PDE, PAT in a PTE, reserved in a PML4E. A large page has its PAT bit in bit 12.
 * Written for the model alone, from the manual: it shares nothing with the kernel's own paging code, so that it can catch its errors.
 */
export namespace Bit {
  export const PRESENT: u64 = 1 << 0;
  export const WRITABLE: u64 = 1 << 1;
  export const USER: u64 = 1 << 2;
  export const PWT: u64 = 1 << 3;
  export const PCD: u64 = 1 << 4;
  export const ACCESSED: u64 = 1 << 5;
  export const DIRTY: u64 = 1 << 6;
  export const PAGE_SIZE: u64 = 1 << 7;
  export const PAT_SMALL: u64 = 1 << 7;
  export const GLOBAL: u64 = 1 << 8;
  export const PAT_LARGE: u64 = 1 << 12;
  export const EXECUTE_DISABLE: u64 = 0x8000_0000_0000_0000;
}

/** Bits 51:12, of which those from MAXPHYADDR on are reserved. */
export const ADDRESS_FIELD: u64 = 0x000f_ffff_ffff_f000;

/** Levels are numbered as the walk goes: 4 is the PML4, 1 the page table. */
export const TOP_LEVEL: u32 = 4;

/** Lowest bit of the linear address that indexes the table of `level`: 39, 30, 21, 12. It is also the shift of a page mapped there. */
// @ts-ignore: decorator
@inline
export function levelShift(level: u32): u32 {
  return 12 + 9 * (level - 1);
}

/** Physical address of the entry for `linear` in the table at `table`. */
// @ts-ignore: decorator
@inline
export function entryAddress(table: u64, linear: u64, level: u32): u64 {
  return table + (((linear >> levelShift(level)) & 511) << 3);
}
