import { framesZero, framesZeroStreaming } from "platform";
import { PAGE_SHIFT } from "../address/pages";

/**
 * From 256 KiB on rows are zeroed past the caches. `nitros bench copies` says why: cold, that takes 0.82 of the time of REP STOS (0.95 for
 * 4 KiB), on the AMD EPYC that it was measured on. Below, who gets the memory will find some of it in the caches; a row of 256 KiB
 * would drive out most of a small second level.
 */
export const STREAMING_FRAMES: u32 = 64;

/** Zeroes `count` frames in a row. */
export function zeroRow(first: u32, count: u32): void {
  const at = (<u64>first) << PAGE_SHIFT;
  if (count >= STREAMING_FRAMES) framesZeroStreaming(at, count);
  else framesZero(at, count);
}
