/** What was odd about the firmware's memory map and yet could be dealt with: counted, with the first offender, for the boot log. Constants and names only. */
export namespace Anomaly {
  /** Starts below the descriptor before it. UEFI does not forbid it. */
  export const OUT_OF_ORDER: u32 = 0;
  export const ZERO_LENGTH: u32 = 1;
  // RAM with one of the next four is not believed, but for the fourth: usable, it is left out; the firmware's own, it is reserved.
  /** Does not start on a page. What is no RAM was widened to whole pages. */
  export const MISALIGNED: u32 = 2;
  /** Ends beyond 2^64. What is no RAM was cut at the last physical address. */
  export const WRAPPING: u32 = 3;
  /** Lies above the CPU's last physical address, wholly or in part, and does not wrap. What is no RAM was cut there. */
  export const BEYOND_PHYSICAL: u32 = 4;
  /** RAM that the CPU could reach, above the last frame number, wholly or in part: that part was left out, and all of it if the direct map has no room for it. */
  export const BEYOND_FRAMES: u32 = 5;
  /** Of a type that UEFI 2.10 does not define: reserved. */
  export const UNKNOWN_TYPE: u32 = 6;
  /** Begins inside another: the more restrictive kind won. */
  export const OVERLAP: u32 = 7;
}
export const ANOMALY_COUNT: u32 = 8;

/** To be read after a count: "2 overlapping". */
export function anomalyText(kind: u32): string {
  if (kind == Anomaly.OUT_OF_ORDER) return "out of order";
  if (kind == Anomaly.ZERO_LENGTH) return "of no length";
  if (kind == Anomaly.MISALIGNED) return "not page-aligned";
  if (kind == Anomaly.WRAPPING) return "wrapping around 2^64";
  if (kind == Anomaly.BEYOND_PHYSICAL) return "beyond the CPU's physical addresses";
  if (kind == Anomaly.BEYOND_FRAMES) return "beyond 16 TiB";
  if (kind == Anomaly.UNKNOWN_TYPE) return "of unknown type";
  return "overlapping";
}
