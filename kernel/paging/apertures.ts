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
/** The root entry that all spaces share (`kernel-space.ts`). */
const END: u64 = MMIO_ZONE + 512 * HUGE_BYTES;

/**
 * Maps `bytes` of device memory at `physical`, as `caching` says. Returns its virtual address, or 0: it is not a device's, is mapped with
 * another type already, or no frame was left for a table.
 */
export function mapAperture(physical: PhysAddr, bytes: u64, caching: u32): VirtAddr {
  assert(caching != Caching.WRITE_BACK, "an aperture is not cached");
  const first = alignDown(physical, PAGE_BYTES);
  const length = alignUp(physical + bytes, PAGE_BYTES) - first;
  // As far into a gigabyte as the frames are, so that the largest pages can be used.
  const at = <VirtAddr>(next + (first & (HUGE_BYTES - 1)));
  const after = alignUp(at + length + 1, HUGE_BYTES);
  assert(after <= END, "the MMIO zone is full");
  if (claimDeviceRange(first, first + length - 1, caching) != DeviceError.NONE) return <VirtAddr>0;
  const flags = Pte.WRITE | Pte.NO_EXECUTE | Pte.GLOBAL | cachingBits(caching);
  if (mapRange(kernelRoot(), at, <PhysAddr>first, length, flags) != PagingError.NONE) return <VirtAddr>0;
  next = after;
  return <VirtAddr>(at + (physical - first));
}
