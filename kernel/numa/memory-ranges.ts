import { isRam } from "../memory-map/kinds";
import { rangeCount, rangeFirst, rangeKind, rangeLast } from "../memory-map/ranges";

/**
 * Which memory is whose: ranges in the order of the SRAT, which may overlap; the first that holds a page has it. A page that none
 * holds belongs to the nearest range below it, or else above it.
 *
 *     byte  size  field
 *        0     8  first byte
 *        8     8  last byte
 *       16     4  proximity domain
 *       20     4  node
 *       24        end
 */
const RANGE_BYTES: usize = 24;
export const MEMORY_RANGE_CAPACITY: u32 = 128;
const ranges = memory.data(3072, 8);
if (128 * 24 != 3072) ERROR("ranges holds MEMORY_RANGE_CAPACITY ranges");

let count: u32 = 0;

export function forgetMemoryRanges(): void {
  count = 0;
}

export function memoryRangeCount(): u32 {
  return count;
}

/** There is room. Both ends are those of pages. */
export function addMemoryRange(first: u64, last: u64, domain: u32): void {
  assert(count < MEMORY_RANGE_CAPACITY && first < last);
  store<u64>(at(count), first);
  store<u64>(at(count), last, 8);
  store<u32>(at(count), domain, 16);
  count++;
}

function at(index: u32): usize {
  return ranges + <usize>index * RANGE_BYTES;
}

function firstOf(index: u32): u64 {
  return load<u64>(at(index));
}

function lastOf(index: u32): u64 {
  return load<u64>(at(index), 8);
}

export function memoryRangeDomain(index: u32): u32 {
  return load<u32>(at(index), 16);
}

export function setMemoryRangeNode(index: u32, node: u32): void {
  store<u32>(at(index), node, 20);
}

/** Takes a range out; the others keep their order. */
export function dropMemoryRange(index: u32): void {
  count--;
  memory.copy(at(index), at(index + 1), <usize>(count - index) * RANGE_BYTES);
}

/** Overlaps it one of another domain? */
export function overlapsOther(first: u64, last: u64, domain: u32): bool {
  for (let i: u32 = 0; i < count; i++) {
    if (memoryRangeDomain(i) != domain && firstOf(i) <= last && lastOf(i) >= first) return true;
  }
  return false;
}

/** The node of the page at `address`; 0 while there are no ranges. */
export function nodeAt(address: u64): u32 {
  let below: u32 = count;
  let above: u32 = count;
  for (let i: u32 = 0; i < count; i++) {
    if (firstOf(i) > address) {
      if (above == count || firstOf(i) < firstOf(above)) above = i;
    } else if (lastOf(i) >= address) {
      return nodeOf(i);
    } else if (below == count || lastOf(i) > lastOf(below)) below = i;
  }
  return nodeOf(below != count ? below : above);
}

function nodeOf(index: u32): u32 {
  return index < count ? load<u32>(at(index), 20) : 0;
}

/** Does RAM of the memory map lie in it? */
export function holdsRam(first: u64, last: u64): bool {
  for (let i: u32 = 0; i < rangeCount(); i++) {
    if (isRam(rangeKind(i)) && rangeFirst(i) <= last && rangeLast(i) >= first) return true;
  }
  return false;
}

/** Does a range hold the page at `address`? */
export function isNamed(address: u64): bool {
  for (let i: u32 = 0; i < count; i++) if (firstOf(i) <= address && address <= lastOf(i)) return true;
  return false;
}

/** The last byte, up to `last`, to which RAM is of the same node as it is at `first`. */
export function sameNodeUntil(first: u64, last: u64): u64 {
  const node = nodeAt(first);
  let until = borderFrom(first, last);
  while (until < last && nodeAt(until + 1) == node) until = borderFrom(until + 1, last);
  return until;
}

/** The last byte, up to `last`, before any range begins or ends. */
export function borderFrom(first: u64, last: u64): u64 {
  let until = last;
  for (let i: u32 = 0; i < count; i++) {
    if (firstOf(i) > first) until = min<u64>(until, firstOf(i) - 1);
    else if (lastOf(i) >= first) until = min<u64>(until, lastOf(i));
  }
  return until;
}
