import { PhysAddr, VirtAddr } from "../address/addr";
import { MMIO_ZONE } from "../address/layout";
import { alignDown, alignUp, HUGE_BYTES, LARGE_BYTES, PAGE_BYTES } from "../address/pages";
import { kernelRoot } from "./kernel-space";
import { Pte } from "./pte";
import { mapRange, PagingError } from "./tables";

/** Device memory in the MMIO zone: uncached, never executable, one gigabyte of addresses or more for each aperture. */
let next: u64 = MMIO_ZONE;

/** Maps `bytes` of device memory at `physical`. Returns its virtual address, or 0 when no frame was left for a table. */
export function mapAperture(physical: PhysAddr, bytes: u64): VirtAddr {
  const first = alignDown(physical, PAGE_BYTES);
  const length = alignUp(physical + bytes, PAGE_BYTES) - first;
  // As far into a large page as the frames are, so that large pages can be used.
  const at = <VirtAddr>(next + (first & (LARGE_BYTES - 1)));
  const flags = Pte.WRITE | Pte.NO_EXECUTE | Pte.GLOBAL | Pte.CACHE_DISABLE | Pte.WRITE_THROUGH;
  if (mapRange(kernelRoot(), at, <PhysAddr>first, length, flags) != PagingError.NONE) return <VirtAddr>0;
  next = alignUp(at + length, HUGE_BYTES);
  return <VirtAddr>(at + (physical - first));
}
