import { PAGE_SHIFT } from "../address/pages";
import { physicalPages } from "../memory-map/limits";
import { touchesRam } from "../memory-map/ram";

/**
 * Physical addresses that are mapped as a device's, and how they are cached. RAM is never among them, so that it is write-back wherever it is
 * mapped; and whatever maps a device's page maps it with the same type for ever: what two types of one page mean together, the processor
 * does not say (SDM 3A 12.12.4).
 *
 *     byte  size  field
 *        0     8  first byte
 *        8     8  last byte
 *       16     8  Caching
 *       24        end
 */
const RANGE_BYTES: usize = 24;
const RANGE_CAPACITY: u32 = 64;
const ranges = memory.data(1536, 8);
if (64 * 24 != 1536) ERROR("ranges holds RANGE_CAPACITY ranges");

let count: u32 = 0;

export namespace DeviceError {
  export const NONE: u32 = 0;
  /** Some of it is RAM. */
  export const IS_RAM: u32 = 1;
  /** It ends beyond what this CPU can address, or before it begins. */
  export const BEYOND: u32 = 2;
  /** Some of it is mapped with another type already. */
  export const OTHER_TYPE: u32 = 3;
  /** There is no room to remember it. */
  export const TOO_MANY: u32 = 4;
}

/** May the pages from `first` to `last` be mapped as a device's with `caching`? If so, they are of that type from here on. Returns a DeviceError. */
export function claimDeviceRange(first: u64, last: u64, caching: u32): u32 {
  if (last < first || last >> PAGE_SHIFT >= physicalPages()) return DeviceError.BEYOND;
  if (touchesRam(first, last)) return DeviceError.IS_RAM;
  let isKnown = false;
  for (let i: u32 = 0; i < count; i++) {
    if (firstOf(i) > last || lastOf(i) < first) continue;
    if (load<u64>(rangeAt(i), 16) != caching) return DeviceError.OTHER_TYPE;
    isKnown = isKnown || (firstOf(i) <= first && last <= lastOf(i));
  }
  return isKnown ? DeviceError.NONE : remember(first, last, caching);
}

function remember(first: u64, last: u64, caching: u32): u32 {
  if (count == RANGE_CAPACITY) return DeviceError.TOO_MANY;
  store<u64>(rangeAt(count), first);
  store<u64>(rangeAt(count), last, 8);
  store<u64>(rangeAt(count), caching, 16);
  count += 1;
  return DeviceError.NONE;
}

function rangeAt(index: u32): usize {
  return ranges + <usize>index * RANGE_BYTES;
}

function firstOf(index: u32): u64 {
  return load<u64>(rangeAt(index));
}

function lastOf(index: u32): u64 {
  return load<u64>(rangeAt(index), 8);
}
