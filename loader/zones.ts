/** Where the kernel and the direct map go in the upper half (DESIGN, "Address space"). */
import { isRandomised } from "./config";
import { randomBelow } from "./random";

const KERNEL_ZONE: u64 = 0xffff_8000_0000_0000;
/** 2 MiB places in the kernel zone that leave 1 GiB above: the draw must not depend on the image's size, which differs by machine. */
const KERNEL_PLACES: u64 = (0x1000_0000_0000 - 0x4000_0000) / 0x20_0000;
export const LARGE_PAGE_BYTES: u64 = 0x20_0000;

const DIRECT_MAP_ZONE: u64 = 0xffff_a000_0000_0000;
const DIRECT_MAP_ZONE_BYTES: u64 = 0x2000_0000_0000;
export const GIGABYTE: u64 = 0x4000_0000;
/** RAM that leaves the usual number of places; with more, there are fewer. */
const USUAL_RAM_BYTES: u64 = 0x1000_0000_0000;

export function drawKernelBase(): u64 {
  return isRandomised() ? KERNEL_ZONE + randomBelow(KERNEL_PLACES) * LARGE_PAGE_BYTES : KERNEL_ZONE;
}

/** 1 GiB aligned, so that every physical page keeps its alignment. `ramEnd` is at most `DIRECT_MAP_ZONE_BYTES`. */
export function drawDirectMapBase(ramEnd: u64): u64 {
  if (!isRandomised()) return DIRECT_MAP_ZONE;
  const room = DIRECT_MAP_ZONE_BYTES - (ramEnd > USUAL_RAM_BYTES ? ramEnd : USUAL_RAM_BYTES);
  return DIRECT_MAP_ZONE + randomBelow(room / GIGABYTE + 1) * GIGABYTE;
}
