import { extentCount, extentEnd, extentFirst, extentNode, EXTENT_CAPACITY } from "./extents";

/**
 * Runs of areas that hold RAM of one node. An area is a naturally aligned 2 MiB of physical memory: 512 frames. Only areas with RAM in them have
 * entries in the frame table, so that its size follows the RAM and not the highest address. An area's place in the table is its index;
 * a frame's place is its ordinal, `index * 512 + frame % 512`.
 *
 *     frames    …hole…  512 … 700 │ 701 … 1023 │ 1024 … 1535 │ …hole…  8192 … 8703 │
 *               span 0: areas 1, 2; RAM from 701 on            span 1: area 16
 *     index             0                        1                     2
 *     ordinals            0 … 511                  512 … 1023            1024 … 1535
 *                         0 … 188 no RAM
 *
 *     byte  size  field
 *        0     4  first area, by physical number (frame / 512)
 *        4     4  area after the last
 *        8     4  index of the first
 *       12        end
 */
export const AREA_SHIFT: u32 = 9;
export const AREA_FRAMES: u32 = 512;
export const AREA_WORDS: u32 = 8;

const SPAN_BYTES: usize = 12;
const spans = memory.data(29568, 8);
if (2464 * 12 != 29568) ERROR("spans holds EXTENT_CAPACITY spans");

export const NO_SPAN: u32 = 0xffff_ffff;

let count: u32 = 0;
let areas: u32 = 0;

/**
 * Joins the extents of a node whose areas touch. An area in which two nodes meet is in the span of its first RAM, so that a few frames of
 * another node within it do not part what is before from what follows.
 */
export function buildSpans(): void {
  assert(extentCount() <= EXTENT_CAPACITY);
  count = 0;
  areas = 0;
  let lastNode: u32 = 0;
  for (let i: u32 = 0; i < extentCount();) {
    const first = max<u32>(extentFirst(i) >> AREA_SHIFT, lastEnd());
    const node = extentNode(i);
    let end = endArea(i);
    for (i++; i < extentCount() && extentNode(i) == node && extentFirst(i) >> AREA_SHIFT <= end; i++) end = endArea(i);
    if (first >= end) continue;
    if (count != 0 && first == lastEnd() && node == lastNode) lengthenLast(end);
    else addSpan(first, end);
    lastNode = node;
  }
}

/** The area after the last of all spans so far. */
function lastEnd(): u32 {
  return count == 0 ? 0 : spanEnd(count - 1);
}

/** The area after the one that holds the last frame of extent `index`. */
function endArea(index: u32): u32 {
  return ((extentEnd(index) - 1) >> AREA_SHIFT) + 1;
}

function addSpan(first: u32, end: u32): void {
  const at = spans + <usize>count * SPAN_BYTES;
  store<u32>(at, first);
  store<u32>(at, end, 4);
  store<u32>(at, areas, 8);
  areas += end - first;
  count++;
}

function lengthenLast(end: u32): void {
  areas += end - lastEnd();
  store<u32>(spans + <usize>(count - 1) * SPAN_BYTES, end, 4);
}

export function spanCount(): u32 {
  return count;
}

/** Areas of all spans together. */
export function areaCount(): u32 {
  return areas;
}

/** Physical number of its first area. */
export function spanFirst(span: u32): u32 {
  return load<u32>(spans + <usize>span * SPAN_BYTES);
}

/** Physical number of the area after its last. */
export function spanEnd(span: u32): u32 {
  return load<u32>(spans + <usize>span * SPAN_BYTES, 4);
}

/** Index of its first area. */
export function spanIndex(span: u32): u32 {
  return load<u32>(spans + <usize>span * SPAN_BYTES, 8);
}

/** The first span that ends above physical area `area`; `spanCount()` when none does. */
function spanAbove(area: u32): u32 {
  let low: u32 = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (spanEnd(middle) <= area) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The span in which `frame` has an entry, or `NO_SPAN`. */
export function findSpan(frame: u32): u32 {
  const area = frame >> AREA_SHIFT;
  const span = spanAbove(area);
  return span < count && spanFirst(span) <= area ? span : NO_SPAN;
}

/** Place of `frame`, which `span` holds, in the frame table. */
export function ordinalOf(span: u32, frame: u32): u32 {
  return frame - (spanFirst(span) << AREA_SHIFT) + (spanIndex(span) << AREA_SHIFT);
}

/** The span that holds the area at `index`. */
export function spanOfArea(index: u32): u32 {
  let low: u32 = 0;
  let high = count - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (spanIndex(middle + 1) <= index) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Physical number of the area at `index`. */
export function physicalArea(index: u32): u32 {
  const span = spanOfArea(index);
  return index - spanIndex(span) + spanFirst(span);
}

/** Index of the first area at or above physical area `area`. */
export function indexFrom(area: u32): u32 {
  const span = spanAbove(area);
  if (span == count) return areas;
  return spanIndex(span) + (area > spanFirst(span) ? area - spanFirst(span) : 0);
}
