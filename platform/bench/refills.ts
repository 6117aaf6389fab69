import { Access } from "model/mmu/access";
import { setTlbHabits, translate } from "model/mmu/translate";
import { walkReads } from "model/mmu/walk";
import { invalidatePage, physLoad64, physStore64, readCr3, writeCr3, writeCr4, writeMsr } from "platform";
import { PhysAddr } from "../../kernel/address/addr";
import { detectFeatures, enableTableProtections } from "../../kernel/paging/features";
import { entryAddress, entrySlot, isPresent, Pte } from "../../kernel/paging/pte";

/**
 * What a flush costs afterwards, on the modelled MMU: entries of page tables that are read again. `nitros bench tlb`. RAM is declared from `TABLES` on,
 * and zero.
 */
export { ramDeclare } from "model/ram/ram";

const TABLES: u64 = 0x10_0000;
const LARGE_BYTES: u64 = 0x20_0000;
const PAGE_BYTES: u64 = 4096;
const TABLE_BITS: u64 = 7;
const EFER: u32 = 0xc000_0080;
const LONG_MODE: u64 = 1 << 8;
const PAE: u64 = 1 << 5;
/** A model that caches nothing that nobody asked for: else every second page is there for nothing. */
const NO_HABITS: u32 = 0;

let frames: u64 = 0;

function makeFrame(): u64 {
  frames += 1;
  return TABLES + frames * PAGE_BYTES;
}

/** Maps `count` pages, `stride` apart. */
export function prepare(count: u64, stride: u64): void {
  detectFeatures();
  writeMsr(EFER, LONG_MODE);
  writeCr4(PAE);
  for (let i: u64 = 0; i < count; i++) map(i * stride);
  writeCr3(TABLES);
  enableTableProtections();
  setTlbHabits(NO_HABITS);
}

function map(address: u64): void {
  let table = <PhysAddr>TABLES;
  for (let level: u32 = 4; level > 1; level--) {
    const slot = entrySlot(table, address, level);
    if (!isPresent(physLoad64(slot))) physStore64(slot, makeFrame() | TABLE_BITS);
    table = entryAddress(physLoad64(slot));
  }
  physStore64(entrySlot(table, address, 1), TABLES | TABLE_BITS | Pte.ACCESSED);
}

function read(first: u64, count: u64, stride: u64): u64 {
  const before = walkReads();
  for (let i = first; i < count; i++) assert(translate(i * stride, Access.READ | Access.USER) != 0);
  return walkReads() - before;
}

/** All `count` pages are cached; the first `gone` of them are invalidated one by one. Reads for the others. */
export function readsAfterPages(count: u64, stride: u64, gone: u64): u64 {
  read(0, count, stride);
  for (let i: u64 = 0; i < gone; i++) invalidatePage(i * stride);
  return read(gone, count, stride);
}

/** The same, but everything is flushed for them. */
export function readsAfterAll(count: u64, stride: u64, gone: u64): u64 {
  read(0, count, stride);
  writeCr3(readCr3());
  return read(gone, count, stride);
}

/** Pages that share tables. */
export function neighbours(): u64 {
  return PAGE_BYTES;
}

/** Each in 2 MiB of its own, and no two at one place of a TLB that finds its places by address. */
export function strangers(): u64 {
  return LARGE_BYTES + PAGE_BYTES;
}
