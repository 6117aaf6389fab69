import { Handle } from "../objects/handle";
import { noteMapping } from "../objects/handles";
import { takeRegion } from "./region-pool";
import { Region } from "./region";
import { before, cut, findIn, firstFrom, mend, taken } from "./region-tree";
import { forgetRegion, Space } from "./space";

/** Where regions meet: cutting one in two so that a part can be changed, and making one of two that have become alike. */

/** Regions that two cuts need. */
export const CUTS: i32 = 2;

/** No region lies across `address` any more. At most so many cuts as regions were prepared. */
export function cutAt(space: Space, address: u64): void {
  const region = findIn(space.regions, address);
  if (region == null || region.first == address) return;
  const rest = changetype<Region>(takeRegion());
  assert(rest != null, "a cut that was not prepared");
  space.regions = cut(space.regions, address, rest);
  if (rest.source != 0) noteMapping(changetype<Handle>(rest.source));
  space.quota.regionsLeft -= 1;
}

/** How many regions more there are when none lies across the ends of the range. */
export function cutsFor(space: Space, first: u64, last: u64): i32 {
  return cutsAt(space, first) + cutsAt(space, last + 1);
}

function cutsAt(space: Space, address: u64): i32 {
  const region = findIn(space.regions, address);
  return region == null || region.first == address ? 0 : 1;
}

/** Makes the regions on both sides of `address` one, if they are alike. */
export function mendAt(space: Space, address: u64): void {
  const above = firstFrom(space.regions, address);
  const below = before();
  if (below == null || above == null || !below.isContinuedBy(above)) return;
  space.regions = mend(space.regions, address);
  forgetRegion(space, changetype<Region>(taken()));
}
