import { mayHaveRegions } from "../quotas/quota";
import { RecordKind } from "../trace/records";
import { trace } from "../trace/trace";
import { pageFlags } from "./pages";
import { isWriteAndExecute, Region } from "./region";
import { takeRegion } from "./region-pool";
import { before, firstFrom, insert, move } from "./region-tree";
import { mendAt } from "./seams";
import { isOwnSlot, isUserRange, Space, SpaceError } from "./space";

/**
 * Adds a region without pages: each comes with the first access to it. It becomes one with a neighbour that is like it. Returns a
 * SpaceError; unless it is NONE, nothing has changed.
 */
export function placeRegion(space: Space, first: u64, last: u64, kind: u32, rights: u32): u32 {
  if (!isUserRange(first, last) && !isOwnSlot(space, first, last)) return SpaceError.BAD_RANGE;
  if (isWriteAndExecute(rights)) return SpaceError.BAD_RIGHTS;
  const above = firstFrom(space.regions, first);
  if (above != null && above.first <= last) return SpaceError.OVERLAP;
  if (!extend(space, before(), first, last, kind, rights) && !addAlone(space, first, last, kind, rights))
    return SpaceError.NO_MEMORY;
  if (above != null && above.first == last + 1) mendAt(space, last + 1);
  if (rights != 0) trace(RecordKind.MAPPED, first, last - first + 1, pageFlags(rights));
  return SpaceError.NONE;
}

function extend(space: Space, below: Region | null, first: u64, last: u64, kind: u32, rights: u32): bool {
  if (below == null || below.last + 1 != first || below.sealed != 0 || !below.isLike(kind, rights)) return false;
  move(space.regions, below, below.first, last);
  return true;
}

function addAlone(space: Space, first: u64, last: u64, kind: u32, rights: u32): bool {
  if (!mayHaveRegions(space.quota, 1)) return false;
  const region = takeRegion();
  if (region == null) return false;
  region.first = first;
  region.last = last;
  region.kind = <u8>kind;
  region.rights = <u8>rights;
  space.regions = insert(space.regions, region);
  space.quota.regionsLeft -= 1;
  return true;
}
