import { Handle } from "../objects/handle";
import { noteMapping } from "../objects/handles";
import { isAligned, PAGE_BYTES } from "../address/pages";
import { MemoryObject } from "./memory-object";
import { Backing, Region, rightsBy } from "./region";
import { findRegion, Space, SpaceError } from "./space";

/** Does `handle`, of memory, allow `rights` on `bytes` from byte `offset` on? A SpaceError. Nothing of it is ever code. */
export function checkMappable(handle: Handle, offset: u64, bytes: u64, rights: u32): u32 {
  const size = changetype<MemoryObject>(handle.object).bytes;
  if (!isAligned(offset, PAGE_BYTES) || bytes > size || offset > size - bytes) return SpaceError.BAD_RANGE;
  return (rights & ~rightsBy(handle)) == 0 ? SpaceError.NONE : SpaceError.BAD_RIGHTS;
}

/**
 * Puts what `handle`, of memory, leads to, from its byte `offset` on, behind the region of kind SHARED at `first`, which has no pages yet:
 * they come with the first access to each. `checkMappable` must allow it.
 */
export function attachObject(space: Space, first: u64, handle: Handle, offset: u64): void {
  const region = changetype<Region>(findRegion(space, first));
  region.backing = Backing.OBJECT;
  region.source = changetype<usize>(handle);
  region.offset = offset;
  noteMapping(handle);
}
