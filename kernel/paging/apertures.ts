import { PhysAddr, VirtAddr } from "../address/addr";
import { MMIO_ZONE } from "../address/layout";
import { alignDown, alignUp, HUGE_BYTES, PAGE_BYTES } from "../address/pages";
import { Caching } from "./caching";
import { claimDeviceRange, DeviceError } from "./device-ranges";
import { kernelRoot } from "./kernel-space";
import { cachingBits } from "./memory-types";
import { Pte } from "./pte";
import { mapRange, PagingError } from "./tables";

/**
 * Device memory in the MMIO zone: uncached or write-combining, never executable, never RAM. Each aperture has whole gigabytes of addresses of
 * its own, so that what runs past one's end faults.
 */
let next: u64 = MMIO_ZONE;
/** What each maps: u64 first and u64 last physical address. */
const CAPACITY: u32 = 64;
const ranges = memory.data(1024, 8);
if (64 * 16 != 1024) ERROR("ranges holds CAPACITY ranges");
let count: u32 = 0;

/** The root entry that all spaces share (`kernel-space.ts`). */
const END: u64 = MMIO_ZONE + 512 * HUGE_BYTES;

/**
 * Maps `bytes` of device memory at `physical`, as `caching` says. Returns its virtual address, or 0: it is not a device's, is mapped with
 * another type already, no frame was left for a table, or there are too many.
 */
export function mapAperture(physical: PhysAddr, bytes: u64, caching: u32): VirtAddr {
  assert(caching != Caching.WRITE_BACK, "an aperture is not cached");
  const first = alignDown(physical, PAGE_BYTES);
  const length = alignUp(physical + bytes, PAGE_BYTES) - first;
  // As far into a gigabyte as the frames are, so that the largest pages can be used.
  const at = <VirtAddr>(next + (first & (HUGE_BYTES - 1)));
  const after = alignUp(at + length + 1, HUGE_BYTES);
  assert(after <= END, "the MMIO zone is full");
  if (count == CAPACITY) return <VirtAddr>0;
  if (claimDeviceRange(first, first + length - 1, caching) != DeviceError.NONE) return <VirtAddr>0;
  const flags = Pte.WRITE | Pte.NO_EXECUTE | Pte.GLOBAL | cachingBits(caching);
  if (mapRange(kernelRoot(), at, <PhysAddr>first, length, flags) != PagingError.NONE) return <VirtAddr>0;
  next = after;
  remember(first, first + length - 1);
  return <VirtAddr>(at + (physical - first));
}

function remember(first: u64, last: u64): void {
  store<u64>(ranges + ((<usize>count) << 4), first);
  store<u64>(ranges + ((<usize>count) << 4), last, 8);
  count += 1;
}

/** Is any byte from `first` to `last` of a device that the kernel drives itself? */
export function touchesAperture(first: u64, last: u64): bool {
  for (let i: u32 = 0; i < count; i++) {
    const range = ranges + ((<usize>i) << 4);
    if (load<u64>(range) <= last && first <= load<u64>(range, 8)) return true;
  }
  return false;
}
