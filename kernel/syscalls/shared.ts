import { handleOf } from "../spaces/handles";
import { Handle } from "../objects/handle";
import { ObjectKind } from "../objects/object";
import { RegionKind } from "../spaces/kinds";
import { attachObject, checkMappable } from "../spaces/map-object";
import { placeRegion } from "../spaces/place";
import { NO_GAP } from "../spaces/region-tree";
import { replaceRange } from "../spaces/replace";
import { isUserRange, Space, SpaceError } from "../spaces/space";
import { currentTask } from "../tasks/scheduler";
import { Errno, MapFlag } from "./abi";
import { choosePlace, errnoOf, NO_RIGHTS, rightsOf, wholePages } from "./memory";

const KNOWN: u64 = MapFlag.SHARED | MapFlag.FIXED | MapFlag.FIXED_NOREPLACE;

/**
 * `mmap` with SHARED: memory that others may map, too, by handle `port`, from its byte `offset` on. The address, or EINVAL, EBADF, EACCES,
 * EEXIST, ENOMEM.
 */
export function mmapShared(address: u64, length: u64, protection: u64, flags: u64, port: u64, offset: u64): i64 {
  const rights = rightsOf(protection);
  const bytes = wholePages(length);
  if (bytes == 0 || rights == NO_RIGHTS || (flags & ~KNOWN) != 0) return Errno.EINVAL;
  const space = currentTask().space;
  const handle = handleOf(space, port);
  if (handle == null || handle.object.kind != ObjectKind.MEMORY) return Errno.EBADF;
  const refusal = checkMappable(handle, offset, bytes, rights);
  if (refusal != SpaceError.NONE) return errnoOf(refusal);
  const isFixed = (flags & (MapFlag.FIXED | MapFlag.FIXED_NOREPLACE)) != 0;
  if (isFixed && !isUserRange(address, address + bytes - 1)) return Errno.EINVAL;
  const first = isFixed ? address : choosePlace(space, address, bytes);
  if (first == NO_GAP) return Errno.ENOMEM;
  return mapAt(space, first, first + bytes - 1, handle, offset, rights, flags);
}

function mapAt(space: Space, first: u64, last: u64, handle: Handle, offset: u64, rights: u32, flags: u64): i64 {
  const isReplacing = (flags & (MapFlag.FIXED | MapFlag.FIXED_NOREPLACE)) == MapFlag.FIXED;
  const error = isReplacing
    ? replaceRange(space, first, last, RegionKind.SHARED, rights)
    : placeRegion(space, first, last, RegionKind.SHARED, rights);
  if (error != SpaceError.NONE) return errnoOf(error);
  attachObject(space, first, handle, offset);
  return <i64>first;
}
