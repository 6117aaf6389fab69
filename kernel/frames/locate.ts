import { CpuCache } from "./cpu-cache";
import { AREA_SHIFT, findSpan, NO_SPAN, ordinalOf, spanEnd, spanFirst } from "./spans";
import { stateAddress } from "./table";

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
  cache.spanFirst = spanFirst(span) << AREA_SHIFT;
  cache.spanFrames = (spanEnd(span) - spanFirst(span)) << AREA_SHIFT;
  cache.spanOrdinal = ordinalOf(span, cache.spanFirst);
  cache.spanStates = stateAddress(cache.spanOrdinal) - cache.spanFirst;
  return ordinalOf(span, frame);
}
