import { CpuCache } from "./cpu-cache";
import { AREA_SHIFT, findSpan, NO_SPAN, ordinalOf, spanEnd, spanFirst } from "./spans";

/** From a frame's number to its ordinal. A CPU remembers the span that it looked at last: most machines have two or three. */
export const NO_ORDINAL: u32 = 0xffff_ffff;

/** Place of `frame` in the frame table, or `NO_ORDINAL`. */
export function locate(cache: CpuCache, frame: u32): u32 {
  const offset = frame - cache.spanFirst;
  return offset < cache.spanFrames ? cache.spanOrdinal + offset : locateElsewhere(cache, frame);
}

function locateElsewhere(cache: CpuCache, frame: u32): u32 {
  cache.isActive = 1;
  const span = findSpan(frame);
  if (span == NO_SPAN) return NO_ORDINAL;
  cache.spanFirst = spanFirst(span) << AREA_SHIFT;
  cache.spanFrames = (spanEnd(span) - spanFirst(span)) << AREA_SHIFT;
  cache.spanOrdinal = ordinalOf(span, cache.spanFirst);
  return ordinalOf(span, frame);
}
