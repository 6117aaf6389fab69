import { isAligned, PAGE_BYTES } from "../address/pages";
import { Capability } from "../manifests/layout";
import { deviceCaching, deviceFirst, deviceLast, deviceRights, grantOf, isCapable } from "../manifests/manifest";
import { Handle, HandleTable } from "../objects/handle";
import { ObjectKind } from "../objects/object";
import { claimDeviceRange, DeviceError } from "../paging/device-ranges";
import { removeRange } from "../spaces/change";
import { placeDevice } from "../spaces/device";
import { memoryHandleOf } from "../spaces/handles";
import { RegionKind } from "../spaces/kinds";
import { attachObject } from "../spaces/map-object";
import { MemoryObject } from "../spaces/memory-object";
import { placeRegion } from "../spaces/place";
import { Backing, READ_WRITE, Region, Right, rightsBy } from "../spaces/region";
import { isFree, NO_GAP } from "../spaces/region-tree";
import { findRegion, isUserRange, Space, SpaceError } from "../spaces/space";
import { currentTask } from "../tasks/scheduler";
import { Errno } from "./abi";
import { choosePlace, errnoOf, NO_RIGHTS, rightsOf } from "./memory";

/**
 * The calls by physical address. A task has two kinds of frames that it can name: those of devices that its manifest grants, and those of contiguous memory
 * of which it holds a handle, whose place `info` tells it. Nothing else is ever mapped by number: not RAM that is anybody's or nobody's, the kernel's, tables.
 */

/** `sys_map(address, physical, flags)`. The address, or EINVAL, EACCES, EPERM, EEXIST, ENOMEM. */
export function sysMap(address: u64, physical: u64, flags: u64): i64 {
  const rights = rightsOf(flags);
  if (rights == NO_RIGHTS || rights == 0 || !isAligned(physical, PAGE_BYTES)) return Errno.EINVAL;
  if (address != 0 && !isUserRange(address, address + PAGE_BYTES - 1)) return Errno.EINVAL;
  if ((rights & Right.EXECUTE) != 0) return Errno.EACCES;
  const space = currentTask().space;
  const device = grantOf(space.manifest, physical);
  const owned = device == 0 ? ownedBy(space.handles, physical, rights) : null;
  if (device != 0 ? (rights & ~deviceRights(device)) != 0 : owned == null) return Errno.EPERM;
  const first = address != 0 ? address : choosePlace(space, 0, PAGE_BYTES);
  if (first == NO_GAP) return Errno.ENOMEM;
  return device != 0
    ? mapDevice(space, first, device, physical, rights)
    : mapOwned(space, first, changetype<Handle>(owned), physical, rights);
}

/** The first handle that allows `rights` of contiguous memory with the byte at `physical`; null: there is none. */
function ownedBy(handles: HandleTable | null, physical: u64, rights: u32): Handle | null {
  for (let rest: u64 = handles == null ? 0 : handles.used; rest != 0; rest &= rest - 1) {
    const handle = changetype<Handle>(handles!.at(ctz<u64>(rest) + 1));
    if (handle.object.kind != ObjectKind.MEMORY || (rights & ~rightsBy(handle)) != 0) continue;
    if (changetype<MemoryObject>(handle.object).hasInRow(physical)) return handle;
  }
  return null;
}

/** The whole range has its caching type from the first page on, so that there is one to remember. */
function mapDevice(space: Space, first: u64, device: u64, physical: u64, rights: u32): i64 {
  if (!isFree(space.regions, first, first + PAGE_BYTES - 1)) return Errno.EEXIST;
  const caching = deviceCaching(device);
  const claim = claimDeviceRange(deviceFirst(device), deviceLast(device), caching);
  if (claim != DeviceError.NONE) return claim == DeviceError.TOO_MANY ? Errno.ENOMEM : Errno.EPERM;
  const error = placeDevice(space, first, first + PAGE_BYTES - 1, physical, rights, caching);
  if (error != SpaceError.NONE) return errnoOf(error);
  changetype<Region>(findRegion(space, first)).withheld |= <u16>(READ_WRITE & ~deviceRights(device));
  return <i64>first;
}

function mapOwned(space: Space, first: u64, handle: Handle, physical: u64, rights: u32): i64 {
  const error = placeRegion(space, first, first + PAGE_BYTES - 1, RegionKind.SHARED, rights);
  if (error != SpaceError.NONE) return errnoOf(error);
  attachObject(space, first, handle, physical - changetype<MemoryObject>(handle.object).row, Backing.OBJECT);
  return <i64>first;
}

/** `sys_unmap(address)`. 0, or EINVAL, ENOENT, EPERM, ENOMEM. */
export function sysUnmap(address: u64): i64 {
  if (!isUserRange(address, address + PAGE_BYTES - 1)) return Errno.EINVAL;
  const space = currentTask().space;
  const region = findRegion(space, address);
  if (region == null || !isByNumber(region)) return Errno.ENOENT;
  return errnoOf(removeRange(space, address, address + PAGE_BYTES - 1));
}

/** Of a device, or of contiguous memory. */
function isByNumber(region: Region): bool {
  if (region.backing != Backing.OBJECT) return region.kind == RegionKind.DEVICE;
  return changetype<MemoryObject>(changetype<Handle>(region.source).object).ownRow != 0;
}

/** `info` of kind PHYSICAL: where the contiguous memory of handle `number` is. EPERM, EBADF, EINVAL. */
export function physicalOf(space: Space, number: u64): i64 {
  if (!isCapable(space.manifest, Capability.DEVICES)) return Errno.EPERM;
  const handle = memoryHandleOf(space, number);
  if (handle == null) return Errno.EBADF;
  const row = changetype<MemoryObject>(handle.object).ownRow;
  return row == 0 ? Errno.EINVAL : <i64>row;
}
