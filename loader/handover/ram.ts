/**
 * What of the memory map is RAM: sorted, disjoint physical ranges, each u64 start and u64 end. Where descriptors overlap, one that is
 * not RAM wins. The map may be in any order and hold any nonsense.
 */
import { cpuid, load64, store64 } from "../firmware";
import { allocatePages } from "../memory";
import { descriptorCount, descriptorPages, descriptorStart, descriptorType } from "../uefi/memory-map";
import { freePages, PAGE_BYTES, pagesFor } from "../uefi/pages";
import { MemoryType } from "../uefi/tables";
import { DIRECT_MAP_ZONE_BYTES } from "../zones";

const RANGE_BYTES: u64 = 16;

let table: u64 = 0;
let count: u64 = 0;
let tablePages: u64 = 0;

export function rangeCount(): u64 {
  return count;
}
export function rangeStart(index: u64): u64 {
  return load64(table + index * RANGE_BYTES);
}
export function rangeEnd(index: u64): u64 {
  return load64(table + index * RANGE_BYTES + 8);
}
/** One past the highest byte of RAM, or 0. */
export function ramEnd(): u64 {
  return count == 0 ? 0 : rangeEnd(count - 1);
}

/** Reads the ranges from the map that `readMemoryMap` read. */
export function findRam(): void {
  const total = descriptorCount();
  count = 0;
  // Every RAM descriptor adds a range at most, every other splits one at most.
  tablePages = pagesFor((total + 1) * RANGE_BYTES);
  table = allocatePages(tablePages, "the list of RAM");
  for (let i: u64 = 0; i < total; i++) if (isUsable(i) && isRam(descriptorType(i))) addRange(startOf(i), endOf(i));
  for (let i: u64 = 0; i < total; i++) if (!isRam(descriptorType(i))) removeRange(startOf(i), endOf(i));
}

export function forgetRam(): void {
  freePages(table, tablePages);
  count = 0;
}

/** Memory that keeps what is stored in it, in use or not. Unknown types and 0 (reserved) are not. */
function isRam(type: u32): bool {
  if (type >= MemoryType.LOADER_CODE && type <= MemoryType.CONVENTIONAL) return true;
  return type == MemoryType.ACPI_RECLAIM || type == MemoryType.ACPI_NVS || type == MemoryType.PERSISTENT;
}

/** Whether the descriptor tells of RAM that can be there: whole frames, no wrap, within the CPU's reach and the direct map's. */
function isUsable(index: u64): bool {
  const start = descriptorStart(index);
  const limit = addressLimit();
  return start % PAGE_BYTES == 0 && start < limit && descriptorPages(index) <= (limit - start) / PAGE_BYTES;
}

function startOf(index: u64): u64 {
  return descriptorStart(index) & ~(PAGE_BYTES - 1);
}

/** One past the last frame that the descriptor touches; where it would wrap, the last frame of the address space. */
function endOf(index: u64): u64 {
  const start = startOf(index);
  const roomPages = (~start >> 12) + 1;
  const isUnaligned = descriptorStart(index) != start;
  const pageCount = descriptorPages(index) + <u64>isUnaligned;
  return pageCount >= roomPages ? ~(PAGE_BYTES - 1) : start + pageCount * PAGE_BYTES;
}

/** MAXPHYADDR (SDM 3A 4.1.4): 36 where CPUID does not say. */
function addressLimit(): u64 {
  const isTold = cpuid(0x8000_0000, 0, 0) >= 0x8000_0008;
  const bits: u64 = isTold ? cpuid(0x8000_0008, 0, 0) & 0xff : 36;
  const reach: u64 = (<u64>1) << bits;
  return reach < DIRECT_MAP_ZONE_BYTES ? reach : DIRECT_MAP_ZONE_BYTES;
}

/** Adds [start, end) and merges it with the ranges that it touches. */
function addRange(start: u64, end: u64): void {
  if (start >= end) return;
  let first: u64 = 0;
  while (first < count && rangeEnd(first) < start) first += 1;
  let after = first;
  while (after < count && rangeStart(after) <= end) after += 1;
  if (after > first) {
    start = lower(start, rangeStart(first));
    end = higher(end, rangeEnd(after - 1));
  }
  replaceRanges(first, after, 1);
  setRange(first, start, end);
}

/** Takes [start, end) away from every range. */
function removeRange(start: u64, end: u64): void {
  if (start >= end) return;
  let i: u64 = 0;
  while (i < count && rangeEnd(i) <= start) i += 1;
  while (i < count && rangeStart(i) < end) i = cutRange(i, start, end);
}

/** Leaves of range `index` what is outside [start, end). Returns the index of the range that comes next. */
function cutRange(index: u64, start: u64, end: u64): u64 {
  const from = rangeStart(index);
  const to = rangeEnd(index);
  const parts: u64 = <u64>(from < start) + <u64>(to > end);
  replaceRanges(index, index + 1, parts);
  if (from < start) setRange(index, from, start);
  if (to > end) setRange(index + parts - 1, end, to);
  return index + parts;
}

/** Makes room for `wanted` ranges in the place of those from `first` up to `after`. */
function replaceRanges(first: u64, after: u64, wanted: u64): void {
  if (first + wanted > after) {
    const by = first + wanted - after;
    for (let i = count; i > after; i--) setRange(i - 1 + by, rangeStart(i - 1), rangeEnd(i - 1));
  } else {
    const by = after - first - wanted;
    for (let i = after; i < count; i++) setRange(i - by, rangeStart(i), rangeEnd(i));
  }
  count = count + first + wanted - after;
}

function setRange(index: u64, start: u64, end: u64): void {
  store64(table + index * RANGE_BYTES, start);
  store64(table + index * RANGE_BYTES + 8, end);
}

function lower(a: u64, b: u64): u64 {
  return a < b ? a : b;
}

function higher(a: u64, b: u64): u64 {
  return a > b ? a : b;
}
