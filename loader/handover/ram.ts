/**
 * What of the memory map is RAM, by the kernel's own rule: sorted, disjoint physical ranges, each u64 start and u64 end. Where
 * descriptors overlap, one that is not RAM wins. The map may be in any order and hold any nonsense.
 */
import {
  ADDRESS_SIZES,
  addressBits,
  EXTENDED_LEAVES,
  isRamType,
  isSoundRam,
  ramPageLimit,
} from "../../kernel/bootinfo/efi-memory";
import { cpuid, load64, store64 } from "../firmware";
import { allocatePages } from "../memory";
import { descriptorCount, descriptorPages, descriptorStart, descriptorType } from "../uefi/memory-map";
import { PAGE_BYTES, pagesFor } from "../uefi/pages";

const RANGE_BYTES: u64 = 16;

let table: u64 = 0;
let count: u64 = 0;

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
  table = allocatePages(pagesFor((total + 1) * RANGE_BYTES), "the list of RAM");
  for (let i: u64 = 0; i < total; i++) if (isBelievedRam(i)) addRange(startOf(i), endOf(i));
  for (let i: u64 = 0; i < total; i++) if (!isRamType(descriptorType(i))) removeRange(startOf(i), endOf(i));
}

/** Whether descriptor `index` of the map that was read last says RAM, and is believed. */
export function isBelievedRam(index: u64): bool {
  const bits = addressBits(cpuid(EXTENDED_LEAVES, 0, 0), cpuid(ADDRESS_SIZES, 0, 0));
  return (
    isRamType(descriptorType(index)) && isSoundRam(descriptorStart(index), descriptorPages(index), ramPageLimit(bits))
  );
}

/** First byte of the first frame that the descriptor touches. */
export function startOf(index: u64): u64 {
  return descriptorStart(index) & ~(PAGE_BYTES - 1);
}

/** One past the last frame that the descriptor touches; where it would wrap, the last frame of the address space. */
export function endOf(index: u64): u64 {
  const start = startOf(index);
  const roomPages = (~start >> 12) + 1;
  const isUnaligned = descriptorStart(index) != start;
  const pageCount = descriptorPages(index) + <u64>isUnaligned;
  return pageCount >= roomPages ? ~(PAGE_BYTES - 1) : start + pageCount * PAGE_BYTES;
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
