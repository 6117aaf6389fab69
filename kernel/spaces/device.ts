import { physStore64 } from "platform";
import { PhysAddr } from "../address/addr";
import { isAligned, PAGE_BYTES } from "../address/pages";
import { Caching } from "../paging/caching";
import { claimDeviceRange, DeviceError } from "../paging/device-ranges";
import { cachingBits } from "../paging/memory-types";
import { entrySlot, leafAt, pageBytesAt, Pte } from "../paging/pte";
import { largestLevel } from "../paging/tables";
import { makeDirectoryEntry, makeEntry } from "../paging/user-tables";
import { RegionKind } from "./kinds";
import { ownTable } from "./own-table";
import { pageFlags } from "./pages";
import { placeRegion } from "./place";
import { Region, Right } from "./region";
import { clearRange, findRegion, Space, SpaceError } from "./space";

/**
 * Device memory in a space: all of it at once, in the largest pages that there are, 1 GiB too, since nothing is zeroed. It is no frame of the
 * allocator's, and everybody's who maps it: a fork's child has it as its parent has. Who may have which device's is the caller's to know.
 */

/** The bits of a device's page beside its rights: FOREIGN, and writable as soon as the region allows it. */
const DEVICE_BITS: u64 = 1537;
if (DEVICE_BITS != (Pte.PRESENT | Pte.OWNED | Pte.FOREIGN)) ERROR("DEVICE_BITS");

/** Maps `physical` and what follows from `first` to `last`. Returns a SpaceError; unless it is NONE, nothing has changed. */
export function placeDevice(space: Space, first: u64, last: u64, physical: u64, rights: u32, caching: u32): u32 {
  if (!isAligned(physical, PAGE_BYTES)) return SpaceError.BAD_RANGE;
  if ((rights & Right.EXECUTE) != 0 || caching == Caching.WRITE_BACK) return SpaceError.BAD_RIGHTS;
  const claim = claimDeviceRange(physical, physical + (last - first), caching);
  if (claim != DeviceError.NONE) return claim == DeviceError.TOO_MANY ? SpaceError.NO_MEMORY : SpaceError.NO_DEVICE;
  const error = placeRegion(space, first, last, RegionKind.DEVICE, rights);
  if (error != SpaceError.NONE) return error;
  const region = changetype<Region>(findRegion(space, first));
  region.caching = <u8>caching;
  region.offset = physical;
  region.withheld = <u16>Right.EXECUTE;
  if (mapAll(space, region)) return SpaceError.NONE;
  clearRange(space, first, last);
  return SpaceError.NO_MEMORY;
}

function mapAll(space: Space, region: Region): bool {
  const flags = pageFlags(region.rights) | cachingBits(region.caching) | DEVICE_BITS;
  for (let done: u64 = 0; done < region.bytes;) {
    const at = region.first + done;
    const level = largestLevel(at, region.offset + done, region.bytes - done);
    const slot = slotFor(space, at, level);
    if (slot == 0) return false;
    physStore64(slot, leafAt((region.offset + done) | flags, level));
    done += pageBytesAt(level);
  }
  return true;
}

/** The empty entry of `level` for `at`; 0 when no frame is left for a table. No region, and so no table, is where a whole larger page fits. */
function slotFor(space: Space, at: u64, level: u32): PhysAddr {
  if (level > 1) return makeEntry(space, at, level);
  const directory = makeDirectoryEntry(space, at);
  const table = directory == 0 ? directory : ownTable(space, directory);
  return table == 0 ? table : entrySlot(table, at, 1);
}
