import { extentCount, extentEnd, extentFirst, EXTENT_CAPACITY } from "./extents";

/**
 * Runs of RAM without a hole. Only they have entries in the frame table, so that its size follows the RAM and not the highest address.
 * Each span's entries start at a multiple of 64, and bit n of a bitmap word is always a frame whose number is n modulo 64: blocks up
 * to 64 frames lie within a word.
 *
 *     frames    …hole…  61 62 63 │ 64 … 127 │ 128 129 …hole…
 *     ordinals  0 … 60  61 62 63 │ 64 … 127 │ 128 129 130 … 191
 *               padding                               padding
 *
 *     byte  size  field
 *        0     4  first frame
 *        4     4  frame after the last
 *        8     4  first bitmap word
 *       12        end
 */
const SPAN_BYTES: usize = 12;
const spans = memory.data(27648, 8);
if (2304 * 12 != 27648) ERROR("spans holds EXTENT_CAPACITY spans");

export const NO_SPAN: u32 = 0xffff_ffff;

let count: u32 = 0;
let words: u32 = 0;

/** Joins the extents that touch. */
export function buildSpans(): void {
  assert(extentCount() <= EXTENT_CAPACITY);
  count = 0;
  words = 0;
  for (let i: u32 = 0; i < extentCount();) {
    const first = extentFirst(i);
    let end = extentEnd(i);
    for (i++; i < extentCount() && extentFirst(i) == end; i++) end = extentEnd(i);
    addSpan(first, end);
  }
}

function addSpan(first: u32, end: u32): void {
  const at = spans + <usize>count * SPAN_BYTES;
  store<u32>(at, first);
  store<u32>(at, end, 4);
  store<u32>(at, words, 8);
  words += ((end - 1) >> 6) - (first >> 6) + 1;
  count++;
}

export function spanCount(): u32 {
  return count;
}

/** Bitmap words of all spans together. */
export function wordCount(): u32 {
  return words;
}

export function spanFirst(span: u32): u32 {
  return load<u32>(spans + <usize>span * SPAN_BYTES);
}

export function spanEnd(span: u32): u32 {
  return load<u32>(spans + <usize>span * SPAN_BYTES, 4);
}

export function spanFirstWord(span: u32): u32 {
  return load<u32>(spans + <usize>span * SPAN_BYTES, 8);
}

/** One past its last bitmap word. */
export function spanEndWord(span: u32): u32 {
  return span + 1 == count ? words : spanFirstWord(span + 1);
}

/** The span that holds `frame`, or `NO_SPAN`. */
export function findSpan(frame: u32): u32 {
  let low: u32 = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (spanEnd(middle) <= frame) low = middle + 1;
    else high = middle;
  }
  return low < count && spanFirst(low) <= frame ? low : NO_SPAN;
}

/** The span that holds bitmap word `word`. */
export function spanOfWord(word: u32): u32 {
  let low: u32 = 0;
  let high = count - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (spanEndWord(middle) <= word) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Place of `frame`, which lies in `span` or its padding, in the frame table. */
export function ordinalOf(span: u32, frame: u32): u64 {
  const word = spanFirstWord(span) + (frame >> 6) - (spanFirst(span) >> 6);
  return ((<u64>word) << 6) | (frame & 63);
}

/** The frame whose place `ordinal` is, in `span`. */
export function frameAtOrdinal(span: u32, ordinal: u64): u32 {
  const word = <u32>(ordinal >> 6) - spanFirstWord(span) + (spanFirst(span) >> 6);
  return (word << 6) | ((<u32>ordinal) & 63);
}
