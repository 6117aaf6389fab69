import { graft } from "../paging/graft";
import { mayHaveRegions } from "../quotas/quota";
import { removeRange } from "./change";
import { makeDivisibleAround } from "./pages";
import { placeRegion } from "./place";
import { populate } from "./populate";
import { isWriteAndExecute } from "./region";
import { prepareRegions } from "./region-pool";
import { isFree } from "./region-tree";
import { CUTS, cutsFor } from "./seams";
import { createSpace, destroySpace, isUserRange, removePages, Space, SpaceError } from "./space";
import { allocateSpace, countAgainst, freeSpace } from "./space-pool";

/**
 * Regions that take the place of others, or come with all their pages: wholly, or not at all. They return a SpaceError; unless it is
 * NONE, everything is as it was, pages and their contents included.
 */

/** Cuts, and the region itself. */
const REGIONS: i32 = 3;
if (REGIONS != CUTS + 1) ERROR("REGIONS");

/** Removes whatever lies from `first` to `last`, and adds a region without pages there. */
export function replaceRange(space: Space, first: u64, last: u64, kind: u32, rights: u32): u32 {
  const refusal = refusalOf(first, last, rights);
  if (refusal != SpaceError.NONE) return refusal;
  if (!mayReplace(space, first, last) || !prepareRegions(REGIONS)) return SpaceError.NO_MEMORY;
  const error = removeRange(space, first, last);
  if (error != SpaceError.NONE) return error;
  const placed = placeRegion(space, first, last, kind, rights);
  assert(placed == SpaceError.NONE, "what was prepared is missing");
  return SpaceError.NONE;
}

/** Does the quota allow the cuts, and the region itself? Those that go are counted until they have gone. */
function mayReplace(space: Space, first: u64, last: u64): bool {
  return space.quota.regionsLeft >= REGIONS || mayHaveRegions(space.quota, cutsFor(space, first, last) + 1);
}

function refusalOf(first: u64, last: u64, rights: u32): u32 {
  if (!isUserRange(first, last)) return SpaceError.BAD_RANGE;
  return isWriteAndExecute(rights) ? SpaceError.BAD_RIGHTS : SpaceError.NONE;
}

/** Adds a region with all its pages where nothing is. First what it takes to remove it again: then a page that is missing is no harm. */
export function placePopulated(space: Space, first: u64, last: u64, kind: u32, rights: u32): u32 {
  const refusal = refusalOf(first, last, rights);
  if (refusal != SpaceError.NONE) return refusal;
  if (!isFree(space.regions, first, last)) return SpaceError.OVERLAP;
  if (!prepareRegions(REGIONS) || !makeDivisibleAround(space, first, last)) return SpaceError.NO_MEMORY;
  const error = placeRegion(space, first, last, kind, rights);
  if (error != SpaceError.NONE || rights == 0 || populate(space, first, last, rights)) return error;
  const undone = removeRange(space, first, last);
  assert(undone == SpaceError.NONE, "what was prepared is missing");
  return SpaceError.NO_MEMORY;
}

/** Removes whatever lies from `first` to `last`, and adds a region with all its pages there. They are made in a space that nobody sees. */
export function replacePopulated(space: Space, first: u64, last: u64, kind: u32, rights: u32): u32 {
  const refusal = refusalOf(first, last, rights);
  if (refusal != SpaceError.NONE) return refusal;
  if (rights == 0) return replaceRange(space, first, last, kind, rights);
  if (isFree(space.regions, first, last)) return placePopulated(space, first, last, kind, rights);
  const aside = makeAside(space);
  if (aside == null) return SpaceError.NO_MEMORY;
  let error = populate(aside, first, last, rights) ? SpaceError.NONE : SpaceError.NO_MEMORY;
  if (error == SpaceError.NONE) error = replaceRange(space, first, last, kind, rights);
  if (error == SpaceError.NONE) graft(aside, space);
  space.nextColour = aside.nextColour;
  dropAside(aside, first, last);
  return error;
}

/** A space without regions, whose pages are of the colours that are next in `space`. */
function makeAside(space: Space): Space | null {
  const aside = allocateSpace();
  if (aside == null) return null;
  countAgainst(aside, space.quota);
  if (createSpace(aside) != SpaceError.NONE) {
    freeSpace(aside);
    return null;
  }
  aside.colours = space.colours;
  aside.nextColour = space.nextColour;
  return aside;
}

/** With what has been left in it from `first` to `last`. */
function dropAside(aside: Space, first: u64, last: u64): void {
  removePages(aside, first, last);
  destroySpace(aside);
  freeSpace(aside);
}
