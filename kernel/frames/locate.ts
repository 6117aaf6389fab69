import { directAddress } from "platform";
import { CpuCache, dropFreed } from "./cpu-cache";
import { tellFreed } from "./node-counts";
import { AREA_SHIFT, findSpan, NO_SPAN, ordinalOf, spanEnd, spanFirst } from "./spans";
import { entryAddress, stateAddress, wordAddress } from "./table";

/** From a frame's number to its ordinal. A CPU remembers the span that it looked at last: most machines have two or three. */
export const NO_ORDINAL: u32 = 0xffff_ffff;

/** Place of `frame` in the frame table, if the CPU looked at its span last; else `NO_ORDINAL`. */
export function locateAgain(cache: CpuCache, frame: u32): u32 {
  const offset = frame - cache.spanFirst;
  return offset < cache.spanFrames ? cache.spanOrdinal + offset : NO_ORDINAL;
}

/** Place of `frame` in the frame table, or `NO_ORDINAL`. */
export function locate(cache: CpuCache, frame: u32): u32 {
  const ordinal = locateAgain(cache, frame);
  return ordinal != NO_ORDINAL ? ordinal : locateAnew(cache, frame);
}

function locateAnew(cache: CpuCache, frame: u32): u32 {
  cache.isActive = 1;
  const span = findSpan(frame);
  if (span == NO_SPAN) return NO_ORDINAL;
  // The freed word is one of the span that is remembered: that one stays as long as something waits in it.
  if (cache.freed == 0) remember(cache, span);
  return ordinalOf(span, frame);
}

function remember(cache: CpuCache, span: u32): void {
  tellFreed(cache);
  dropFreed(cache);
  const first = spanFirst(span) << AREA_SHIFT;
  const ordinal = ordinalOf(span, first);
  cache.spanFirst = first;
  cache.spanFrames = (spanEnd(span) - spanFirst(span)) << AREA_SHIFT;
  cache.spanOrdinal = ordinal;
  cache.spanStates = directAddress(stateAddress(ordinal)) - first;
  cache.spanWords = directAddress(wordAddress(ordinal >> 6)) - ((<u64>first) >> 3);
  cache.spanEntries = directAddress(entryAddress(ordinal >> AREA_SHIFT)) - ((<u64>first) >> 6);
}
