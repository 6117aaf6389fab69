/** Sizes of pages and frames, and rounding to them. All in bytes. */
export const PAGE_SHIFT: u64 = 12;
export const PAGE_BYTES: u64 = 1 << 12;
export const LARGE_BYTES: u64 = 1 << 21;
export const HUGE_BYTES: u64 = 1 << 30;

/** The multiple of `unit` (a power of two) at or below `value`. */
export function alignDown(value: u64, unit: u64): u64 {
  return value & ~(unit - 1);
}

/** The multiple of `unit` (a power of two) at or above `value`; wraps to 0 above the last one. */
export function alignUp(value: u64, unit: u64): u64 {
  return (value + unit - 1) & ~(unit - 1);
}

export function isAligned(value: u64, unit: u64): bool {
  return (value & (unit - 1)) == 0;
}
