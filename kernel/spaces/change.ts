import { beginFlush, finishFlush } from "../tlb/gather";
import { mayHaveRegions } from "../quotas/quota";
import { RecordKind } from "../trace/records";
import { trace } from "../trace/trace";
import { makeDivisibleAround, ownTables, pageFlags, protectPages } from "./pages";
import { promoteAround } from "./promote";
import { isWriteAndExecute } from "./region";
import { prepareRegions } from "./region-pool";
import { firstFrom } from "./region-tree";
import { CUTS, cutAt, cutsFor, mendAt } from "./seams";
import { clearRange, findRegion, isUserRange, removeRegion, Space, SpaceError, trimRegion } from "./space";

/**
 * Changes of a range of a space, whatever regions and gaps it spans. First everything that may fail, which nobody can see: regions
 * for the cuts, tables where the range ends within a large page or a shared table. Then what cannot. So a change happens wholly or not
 * at all. They return a SpaceError.
 */

/** Removes whatever lies from `first` to `last`. A range of which nothing is mapped is no error. */
export function removeRange(space: Space, first: u64, last: u64): u32 {
  if (!isUserRange(first, last)) return SpaceError.BAD_RANGE;
  const region = findRegion(space, first);
  if (region == null || last > region.last || (first != region.first && last != region.last))
    return removeAcross(space, first, last);
  if (region.sealed != 0) return SpaceError.SEALED;
  if (!makeDivisibleAround(space, first, last)) return SpaceError.NO_MEMORY;
  if (first == region.first && last == region.last) removeRegion(space, region);
  else trimRegion(space, region, first, last);
  return SpaceError.NONE;
}

/** Wherever regions begin and end. */
function removeAcross(space: Space, first: u64, last: u64): u32 {
  if (isSealedWithin(space, first, last)) return SpaceError.SEALED;
  if (!prepare(space, first, last)) return SpaceError.NO_MEMORY;
  cutAt(space, first);
  cutAt(space, last + 1);
  clearRange(space, first, last);
  return SpaceError.NONE;
}

/** Gives all of `first` to `last` the rights `rights`. All of it must be mapped, by regions whose rights may change. */
export function protectRange(space: Space, first: u64, last: u64, rights: u32): u32 {
  if (!isUserRange(first, last)) return SpaceError.BAD_RANGE;
  if (isWriteAndExecute(rights)) return SpaceError.BAD_RIGHTS;
  const refusal = checkProtectable(space, first, last, rights);
  if (refusal != SpaceError.NONE) return refusal;
  if (!prepare(space, first, last) || !ownTables(space, first, last)) return SpaceError.NO_MEMORY;
  cutAt(space, first);
  cutAt(space, last + 1);
  setRights(space, first, last, rights);
  beginFlush(space);
  protectPages(space.root, first, last, rights);
  finishFlush();
  trace(RecordKind.PROTECTED, first, last - first + 1, pageFlags(rights));
  promoteAround(space, first);
  promoteAround(space, last);
  return SpaceError.NONE;
}

/**
 * Seals all of `first` to `last`, which must be mapped: no call removes, replaces or moves it any more, nor changes its rights, in this
 * space and in copies of it. What is in it can change.
 */
export function sealRange(space: Space, first: u64, last: u64): u32 {
  if (!isUserRange(first, last)) return SpaceError.BAD_RANGE;
  if (!isMapped(space, first, last)) return SpaceError.NOT_MAPPED;
  if (!prepare(space, first, last)) return SpaceError.NO_MEMORY;
  cutAt(space, first);
  cutAt(space, last + 1);
  seal(space, first, last);
  return SpaceError.NONE;
}

function seal(space: Space, first: u64, last: u64): void {
  for (let at = first; at <= last;) {
    const region = firstFrom(space.regions, at);
    if (region == null) return;
    region.sealed = 1;
    at = region.last + 1;
    mendAt(space, region.first);
  }
  mendAt(space, last + 1);
}

export function isMapped(space: Space, first: u64, last: u64): bool {
  for (let at = first; at <= last;) {
    const region = firstFrom(space.regions, at);
    if (region == null || region.first > at) return false;
    at = region.last + 1;
  }
  return true;
}

function isSealedWithin(space: Space, first: u64, last: u64): bool {
  let region = firstFrom(space.regions, first);
  while (region != null && region.first <= last) {
    if (region.sealed != 0) return true;
    region = firstFrom(space.regions, region.last + 1);
  }
  return false;
}

function prepare(space: Space, first: u64, last: u64): bool {
  return mayCut(space, first, last) && prepareRegions(CUTS) && makeDivisibleAround(space, first, last);
}

/** Cuts that need not be made need no quota: a task that has used up its own can still remove regions. */
function mayCut(space: Space, first: u64, last: u64): bool {
  return space.quota.regionsLeft >= CUTS || mayHaveRegions(space.quota, cutsFor(space, first, last));
}

function checkProtectable(space: Space, first: u64, last: u64, rights: u32): u32 {
  for (let at = first; at <= last;) {
    const region = firstFrom(space.regions, at);
    if (region == null || region.first > at) return SpaceError.NOT_MAPPED;
    if (region.sealed != 0) return SpaceError.SEALED;
    if (!region.mayHave(rights)) return SpaceError.BAD_RIGHTS;
    at = region.last + 1;
  }
  return SpaceError.NONE;
}

function setRights(space: Space, first: u64, last: u64, rights: u32): void {
  for (let at = first; at <= last;) {
    const region = firstFrom(space.regions, at);
    if (region == null) return;
    region.rights = <u8>rights;
    at = region.last + 1;
    mendAt(space, region.first);
  }
  mendAt(space, last + 1);
}
