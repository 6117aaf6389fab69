import { UserSlot, userSlotFirst } from "../address/layout";
import { alignUp, HUGE_BYTES, LARGE_BYTES, PAGE_BYTES } from "../address/pages";
import { colourCount } from "../frames/colours";
import { protectRange, removeRange, sealRange } from "../spaces/change";
import { growHeap, shrinkHeap } from "../spaces/heap-end";
import { RegionKind } from "../spaces/kinds";
import { placeRegion } from "../spaces/place";
import { isWriteAndExecute, Right } from "../spaces/region";
import { findGap, firstFrom, NO_GAP } from "../spaces/region-tree";
import { placePopulated, replacePopulated, replaceRange } from "../spaces/replace";
import { heapOf, isUserRange, Space, SpaceError } from "../spaces/space";
import { keepToColours } from "../spaces/user-frames";
import { currentTask } from "../tasks/scheduler";
import { Errno, MapFlag, Protect } from "./abi";

/** The calls that change a task's memory. Every argument is decoded before anything changes; a call happens wholly or not at all. */

export const NO_RIGHTS: u32 = u32.MAX_VALUE;

/** `mmap(address, length, protection, flags)`. The address, or EINVAL, EACCES, EEXIST, ENOMEM. */
export function mmap(address: u64, length: u64, protection: u64, flags: u64): i64 {
  const rights = rightsOf(protection);
  const bytes = wholePages(length);
  if (bytes == 0 || rights == NO_RIGHTS || !areMapFlags(flags)) return Errno.EINVAL;
  if ((flags & MapFlag.GUARD) != 0 && rights != 0) return Errno.EINVAL;
  if (isWriteAndExecute(rights)) return Errno.EACCES;
  const space = currentTask().space;
  const isFixed = (flags & (MapFlag.FIXED | MapFlag.FIXED_NOREPLACE)) != 0;
  if (isFixed && !isUserRange(address, address + bytes - 1)) return Errno.EINVAL;
  const first = isFixed ? address : choosePlace(space, address, bytes);
  if (first == NO_GAP) return Errno.ENOMEM;
  const error = mapAt(space, first, first + bytes - 1, rights, flags);
  return error == SpaceError.NONE ? <i64>first : errnoOf(error);
}

/** Such flags as there are, for private zeroed memory. */
function areMapFlags(flags: u64): bool {
  const kind = flags & (MapFlag.ANONYMOUS | MapFlag.PRIVATE | MapFlag.SHARED);
  return (flags & ~MapFlag.ALL) == 0 && kind == (MapFlag.ANONYMOUS | MapFlag.PRIVATE);
}

/** FIXED_NOREPLACE says more than FIXED. Returns a SpaceError. */
function mapAt(space: Space, first: u64, last: u64, rights: u32, flags: u64): u32 {
  const kind = (flags & MapFlag.GUARD) != 0 ? RegionKind.GUARD : RegionKind.ANONYMOUS;
  const isPopulated = (flags & MapFlag.POPULATE) != 0;
  if ((flags & (MapFlag.FIXED | MapFlag.FIXED_NOREPLACE)) != MapFlag.FIXED)
    return isPopulated
      ? placePopulated(space, first, last, kind, rights)
      : placeRegion(space, first, last, kind, rights);
  return isPopulated
    ? replacePopulated(space, first, last, kind, rights)
    : replaceRange(space, first, last, kind, rights);
}

/** Where the caller hinted, if that is free; else the lowest gap above the task's own base, else any of the zone. */
export function choosePlace(space: Space, hint: u64, bytes: u64): u64 {
  const unit = unitOf(bytes);
  const start = userSlotFirst(UserSlot.MMAP);
  const end = userSlotFirst(UserSlot.IPC);
  if (hint >= start && hint < end) {
    const page = hint & ~(PAGE_BYTES - 1);
    if (findGap(space.regions, page, end, bytes, PAGE_BYTES) == page) return page;
  }
  let place = lowestPlace(space, end, bytes, unit);
  if (place == NO_GAP) place = findGap(space.regions, space.mmapBase, end, bytes, unit);
  return place != NO_GAP ? place : findGap(space.regions, start, end, bytes, unit);
}

/** At the task's base, or above the region that is there: the lowest gap of all, if it is wide enough. Else NO_GAP. */
function lowestPlace(space: Space, end: u64, bytes: u64, unit: u64): u64 {
  let place = space.mmapBase;
  let above = firstFrom(space.regions, place);
  if (above != null && above.first <= place) {
    place = above.last + 1;
    above = firstFrom(space.regions, place);
  }
  place = alignUp(place, unit);
  const limit = above == null ? end : min<u64>(end, above.first);
  return place < limit && limit - place >= bytes ? place : NO_GAP;
}

/** Where so much should begin, so that the largest pages fit. */
function unitOf(bytes: u64): u64 {
  if (bytes >= HUGE_BYTES) return HUGE_BYTES;
  return bytes >= LARGE_BYTES ? LARGE_BYTES : PAGE_BYTES;
}

/** `munmap(address, length)`. 0, or EINVAL, EPERM, ENOMEM. */
export function munmap(address: u64, length: u64): i64 {
  const bytes = wholePages(length);
  if (bytes == 0 || !isUserRange(address, address + bytes - 1)) return Errno.EINVAL;
  return errnoOf(removeRange(currentTask().space, address, address + bytes - 1));
}

/** `mprotect(address, length, protection)`. 0, or EINVAL, EACCES, ENOMEM: part of the range is not mapped, or no memory. */
export function mprotect(address: u64, length: u64, protection: u64): i64 {
  const rights = rightsOf(protection);
  const bytes = wholePages(length);
  if (bytes == 0 || rights == NO_RIGHTS || !isUserRange(address, address + bytes - 1)) return Errno.EINVAL;
  return errnoOf(protectRange(currentTask().space, address, address + bytes - 1, rights));
}

/** `mseal(address, length, flags)`. 0, or EINVAL, ENOMEM: part of the range is not mapped, or no memory. */
export function mseal(address: u64, length: u64, flags: u64): i64 {
  const bytes = wholePages(length);
  if (bytes == 0 || flags != 0 || !isUserRange(address, address + bytes - 1)) return Errno.EINVAL;
  return errnoOf(sealRange(currentTask().space, address, address + bytes - 1));
}

/** `brk(end)`. The heap's new end; its end as it is, when `end` is 0; EINVAL: not in the heap's zone; ENOMEM: also where something is in the way. */
export function brk(end: u64): i64 {
  const space = currentTask().space;
  const heap = heapOf(space);
  if (heap == null) return Errno.EINVAL;
  const old = heap.last + 1;
  if (end == 0) return <i64>old;
  const wanted = alignUp(end, PAGE_BYTES);
  if (end <= heap.first || end > userSlotFirst(UserSlot.MMAP) - 2 * PAGE_BYTES) return Errno.EINVAL;
  if (wanted == old) return <i64>old;
  const error = wanted > old ? growHeap(space, heap, wanted) : shrinkHeap(space, heap, wanted);
  if (error == SpaceError.NONE) return <i64>wanted;
  return error == SpaceError.OVERLAP ? Errno.ENOMEM : errnoOf(error);
}

/** `colours(set)`. How many colours the machine has; EINVAL. */
export function colours(set: u64): i64 {
  return keepToColours(currentTask().space, set) ? <i64>colourCount() : Errno.EINVAL;
}

/** Right bits for Protect bits. POSIX lets a page be written but not read; a processor does not (SDM 3A 4.6). */
export function rightsOf(protection: u64): u32 {
  if ((protection & ~Protect.ALL) != 0) return NO_RIGHTS;
  let rights: u32 = protection != 0 ? Right.READ : 0;
  if ((protection & Protect.WRITE) != 0) rights |= Right.WRITE;
  if ((protection & Protect.EXECUTE) != 0) rights |= Right.EXECUTE;
  return rights;
}

/** `length` in whole pages; 0 when there is no such length. */
export function wholePages(length: u64): u64 {
  return alignUp(length, PAGE_BYTES);
}

export function errnoOf(error: u32): i64 {
  if (error == SpaceError.NONE) return 0;
  if (error == SpaceError.OVERLAP) return Errno.EEXIST;
  if (error == SpaceError.BAD_RIGHTS) return Errno.EACCES;
  if (error == SpaceError.SEALED) return Errno.EPERM;
  return error == SpaceError.BAD_RANGE ? Errno.EINVAL : Errno.ENOMEM;
}
