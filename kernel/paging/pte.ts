import { PhysAddr } from "../address/addr";
import { Frame } from "../frames/frame";

/**
 * A paging-structure entry (SDM 3A 4.5, figure 4-11). Frame addresses are 4 KiB aligned, below 2^MAXPHYADDR.
 *
 *     63  62……52  51…………………………12  11    10       9      8  7       6  5  4    3    2    1    0
 *     NX  free    frame address  free  FOREIGN  OWNED  G  PS/PAT  D  A  PCD  PWT  U/S  R/W  P
 *
 * Bit 7 of an entry that may map a larger page says whether it does; PAT is bit 12 there.
 */
export namespace Pte {
  export const PRESENT: u64 = 1;
  export const WRITE: u64 = 2;
  export const USER: u64 = 4;
  export const WRITE_THROUGH: u64 = 8;
  export const CACHE_DISABLE: u64 = 16;
  export const ACCESSED: u64 = 32;
  export const DIRTY: u64 = 64;
  /** In a PDPTE or PDE: this entry maps a page (of 1 GiB, 2 MiB). */
  export const LARGE: u64 = 128;
  /** In a PTE: with PCD and PWT the memory type (`memory-types.ts`). */
  export const PAT: u64 = 128;
  /** The same of a larger page. */
  export const LARGE_PAT: u64 = 4096;
  export const GLOBAL: u64 = 256;
  // Bits 11:9 are software's (SDM 3A 4.5.5).
  /** The frame is this mapping's alone: it may be written as soon as the region allows it. */
  export const OWNED: u64 = 512;
  /** No frame of the allocator's that the mapping holds: a device's, or the page of zeros. */
  export const FOREIGN: u64 = 1024;
  export const NO_EXECUTE: u64 = 0x8000_0000_0000_0000;
  export const ADDRESS: u64 = 0x000f_ffff_ffff_f000;
}

export const ENTRIES_PER_TABLE: u32 = 512;
/** The root (PML4) is level 4, a page table (PT) level 1. */
export const ROOT_LEVEL: u32 = 4;

export function isPresent(entry: u64): bool {
  return (entry & Pte.PRESENT) != 0;
}

/** Whether `entry`, found at `level`, maps a page, of `pageBytesAt(level)` bytes. */
export function isLeaf(entry: u64, level: u32): bool {
  return level == 1 || (entry & Pte.LARGE) != 0;
}

export function entryAddress(entry: u64): PhysAddr {
  return <PhysAddr>(entry & Pte.ADDRESS);
}

/** The frame that `entry` leads to: one of the allocator's, whose numbers have 32 bits, which is what is left of the entry. */
export function entryFrame(entry: u64): Frame {
  return Frame.of(<u32>(entry >> 12));
}

/** The first byte that `entry`, a leaf of `level`, maps. */
export function leafAddress(entry: u64, level: u32): PhysAddr {
  return <PhysAddr>(entry & Pte.ADDRESS & ~(pageBytesAt(level) - 1));
}

/** What one entry at `level` covers: 4 KiB, 2 MiB, 1 GiB, 512 GiB. */
export function pageBytesAt(level: u32): u64 {
  return (<u64>4096) << (9 * (<u64>level - 1));
}

/** Binary logarithm of the frames that a page at `level` has. */
export function blockOrder(level: u32): u32 {
  return 9 * (level - 1);
}

/** Physical address of the entry for `address` in the table at `table`, which is of `level`. */
export function entrySlot(table: PhysAddr, address: u64, level: u32): PhysAddr {
  const index = (address >> (12 + 9 * (<u64>level - 1))) & 511;
  return <PhysAddr>(table + index * 8);
}

/** `entry`, of a 4 KiB page, as it is for a page of the size that `level` has: PAT moves (SDM 3A 4.9.2). */
export function leafAt(entry: u64, level: u32): u64 {
  if (level == 1) return entry;
  return (entry & ~Pte.PAT) | ((entry & Pte.PAT) << 5) | Pte.LARGE;
}

/** `entry`, of a larger page, as a 4 KiB page's: the other way around. */
export function smallOf(entry: u64): u64 {
  return (entry & ~(Pte.LARGE_PAT | Pte.LARGE)) | ((entry & Pte.LARGE_PAT) >> 5);
}
