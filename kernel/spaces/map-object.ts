import { Handle } from "../objects/handle";
import { noteMapping } from "../objects/handles";
import { isAligned, PAGE_BYTES } from "../address/pages";
import { MemoryObject } from "./memory-object";
import { Backing, Region, Right, rightsBy } from "./region";
import { findRegion, Space, SpaceError } from "./space";

/**
 * May `bytes` of what `handle`, of memory, leads to be mapped from byte `offset` on with `rights`, by `backing`, OBJECT or COPIES? A SpaceError. Nothing of it
 * is ever code. Who has copies of it writes those, and so need only be allowed to read.
 */
export function checkMappable(handle: Handle, offset: u64, bytes: u64, rights: u32, backing: u8): u32 {
  const size = changetype<MemoryObject>(handle.object).bytes;
  if (!isAligned(offset, PAGE_BYTES) || bytes > size || offset > size - bytes) return SpaceError.BAD_RANGE;
  const allowed = rightsBy(handle);
  const own: u32 = backing == Backing.COPIES && allowed != 0 ? Right.WRITE : 0;
  return (rights & ~(allowed | own)) == 0 ? SpaceError.NONE : SpaceError.BAD_RIGHTS;
}

/**
 * Puts what `handle`, of memory, leads to, from its byte `offset` on, behind the region at `first`, which has no pages yet: they come with the first
 * access to each. `checkMappable` must allow it.
 */
export function attachObject(space: Space, first: u64, handle: Handle, offset: u64, backing: u8): void {
  const region = changetype<Region>(findRegion(space, first));
  region.backing = backing;
  region.source = changetype<usize>(handle);
  region.offset = offset;
  noteMapping(handle);
}
