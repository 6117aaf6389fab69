import { memoryHandleOf } from "../spaces/handles";
import { RegionKind } from "../spaces/kinds";
import { attachObject, checkMappable } from "../spaces/map-object";
import { placeRegion } from "../spaces/place";
import { Backing } from "../spaces/region";
import { NO_GAP } from "../spaces/region-tree";
import { replaceRange } from "../spaces/replace";
import { isUserRange, Space, SpaceError } from "../spaces/space";
import { currentTask } from "../tasks/scheduler";
import { Errno, MapFlag } from "./abi";
import { choosePlace, errnoOf, NO_RIGHTS, rightsOf, wholePages } from "./memory";

/** SHARED or PRIVATE, and how it is placed. */
const PLACED: u64 = MapFlag.FIXED | MapFlag.FIXED_NOREPLACE;

/**
 * `mmap` without ANONYMOUS: what handle `port` leads to, from its byte `offset` on; with SHARED the memory itself, with PRIVATE copies of it. The
 * address, or EINVAL, EBADF, EACCES, EEXIST, EPERM, ENOMEM.
 */
export function mmapObject(address: u64, length: u64, protection: u64, flags: u64, port: u64, offset: u64): i64 {
  const rights = rightsOf(protection);
  const bytes = wholePages(length);
  const backing = backingOf(flags & ~PLACED);
  if (bytes == 0 || rights == NO_RIGHTS || backing == Backing.ZEROS) return Errno.EINVAL;
  const space = currentTask().space;
  const handle = memoryHandleOf(space, port);
  if (handle == null) return Errno.EBADF;
  const refusal = checkMappable(handle, offset, bytes, rights, backing);
  if (refusal != SpaceError.NONE) return errnoOf(refusal);
  const isFixed = (flags & PLACED) != 0;
  if (isFixed && !isUserRange(address, address + bytes - 1)) return Errno.EINVAL;
  const first = isFixed ? address : choosePlace(space, address, bytes);
  if (first == NO_GAP) return Errno.ENOMEM;
  const isReplacing = (flags & PLACED) == MapFlag.FIXED;
  const error = place(space, first, first + bytes - 1, kindOf(backing), rights, isReplacing);
  if (error != SpaceError.NONE) return errnoOf(error);
  attachObject(space, first, handle, offset, backing);
  return <i64>first;
}

/** ZEROS: neither, or both, or something else too. */
function backingOf(flags: u64): u8 {
  if (flags == MapFlag.SHARED) return Backing.OBJECT;
  return flags == MapFlag.PRIVATE ? Backing.COPIES : Backing.ZEROS;
}

function kindOf(backing: u8): u32 {
  return backing == Backing.OBJECT ? RegionKind.SHARED : RegionKind.COPIES;
}

function place(space: Space, first: u64, last: u64, kind: u32, rights: u32, isReplacing: bool): u32 {
  if (isReplacing) return replaceRange(space, first, last, kind, rights);
  return placeRegion(space, first, last, kind, rights);
}
