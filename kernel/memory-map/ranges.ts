import { PAGE_SHIFT } from "../address/pages";

/**
 * The normalised memory map: ascending, disjoint, page-granular, neighbours of one kind merged.
 *
 *     byte  size  field
 *        0     8  first byte
 *        8     8  last byte
 *       16     4  RangeKind
 *       20     4  unused
 *       24        end
 */
const RANGE_BYTES: usize = 24;
/** N runs have 2 N ends, and so at most 2 N - 1 ranges. */
const RANGE_CAPACITY: u32 = 2208;
const ranges = memory.data(52992, 8);
if (2208 * 24 != 52992) ERROR("ranges holds RANGE_CAPACITY ranges");

let count: u32 = 0;

export function forgetRanges(): void {
  count = 0;
}

/** Adds pages `first` to `end - 1`, which lie above all that was added before. */
export function appendRange(first: u64, end: u64, kind: u32): void {
  const firstByte = first << PAGE_SHIFT;
  const lastByte = (end << PAGE_SHIFT) - 1;
  if (count != 0 && rangeKind(count - 1) == kind && rangeLast(count - 1) + 1 == firstByte) {
    store<u64>(rangeAt(count - 1), lastByte, 8);
    return;
  }
  assert(count < RANGE_CAPACITY);
  store<u64>(rangeAt(count), firstByte);
  store<u64>(rangeAt(count), lastByte, 8);
  store<u32>(rangeAt(count), kind, 16);
  count++;
}

function rangeAt(index: u32): usize {
  return ranges + <usize>index * RANGE_BYTES;
}

export function rangeCount(): u32 {
  return count;
}

export function rangeFirst(index: u32): u64 {
  return load<u64>(rangeAt(index));
}

/** Its last byte, not one past it. */
export function rangeLast(index: u32): u64 {
  return load<u64>(rangeAt(index), 8);
}

/** A RangeKind. */
export function rangeKind(index: u32): u32 {
  return load<u32>(rangeAt(index), 16);
}
