import {
  frameAtOrdinal,
  NO_SPAN,
  ordinalOf,
  spanCount,
  spanEnd,
  spanFirst,
  spanFirstWord,
  spanOfWord,
  wordCount,
} from "./spans";
import { takenWord, wordMask } from "./table";

/**
 * Finding what is free, from the highest address down: memory below 4 GiB, and far more so below 1 MiB, is what some devices need,
 * so it is handed out last.
 *
 * Invariant: no frame above bitmap word `cursor` is free.
 */
const NOTHING: u64 = u64.MAX_VALUE;

let cursor: u32 = 0;
/** The span of the last frame or block found. */
let foundSpan: u32 = NO_SPAN;

/** Forgets what is known about where free frames are. */
export function resetSearch(): void {
  cursor = wordCount() == 0 ? 0 : wordCount() - 1;
}

/** A frame in bitmap word `word` has become free. */
export function noteFree(word: u32): void {
  if (word > cursor) cursor = word;
}

export function searchCursor(): u32 {
  return cursor;
}

/** Ordinal of the highest free frame. There must be one. */
export function highestFree(): u64 {
  while (takenWord(cursor) == u64.MAX_VALUE) {
    assert(cursor != 0);
    cursor--;
  }
  foundSpan = spanOfWord(cursor);
  return ((<u64>cursor) << 6) | (63 - clz<u64>(~takenWord(cursor)));
}

/** Number of the frame at `ordinal`, which the last search found. */
export function foundFrame(ordinal: u64): u32 {
  return frameAtOrdinal(foundSpan, ordinal);
}

/** Ordinal of the highest free, naturally aligned block of `size` frames (a power of two), or `noBlock()`. */
export function highestFreeBlock(size: u64): u64 {
  for (let span = spanCount(); span > 0; span--) {
    if (spanFirstWord(span - 1) > cursor) continue;
    const ordinal = blockInSpan(span - 1, size);
    if (ordinal == NOTHING) continue;
    foundSpan = span - 1;
    return ordinal;
  }
  return NOTHING;
}

export function noBlock(): u64 {
  return NOTHING;
}

function blockInSpan(span: u32, size: u64): u64 {
  const first: u64 = spanFirst(span);
  let end: u64 = (<u64>spanEnd(span)) & ~(size - 1);
  while (end >= first + size) {
    const ordinal = ordinalOf(span, <u32>(end - size));
    if (isBlockFree(ordinal, size)) return ordinal;
    end -= size;
    // A full word has no smaller block either: go below it at once.
    if (size < 64 && takenWord(<u32>(ordinal >> 6)) == u64.MAX_VALUE) end &= ~63;
  }
  return NOTHING;
}

function isBlockFree(ordinal: u64, size: u64): bool {
  const word = <u32>(ordinal >> 6);
  if (size < 64) return (takenWord(word) & wordMask(ordinal & 63, size)) == 0;
  for (let i: u32 = 0; i < <u32>(size >> 6); i++) if (takenWord(word + i) != 0) return false;
  return true;
}
