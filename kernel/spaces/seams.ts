import { freeRegion, makeRegion } from "./region-pool";
import { Region } from "./region";
import { cut, findIn, mend, taken } from "./region-tree";
import { forgetRegion, Space } from "./space";

/** Where regions meet: cutting one in two so that a part can be changed, and making one of two that have become alike. */

/** Regions in hand for cuts to come, so that cutting cannot fail. */
let first: Region | null = null;
let second: Region | null = null;

/** Gets what two cuts need. False when there is no memory. */
export function prepareCuts(): bool {
  if (first == null) first = makeRegion();
  if (second == null) second = makeRegion();
  return first != null && second != null;
}

/** Gives back what was in hand. */
export function dropPrepared(): void {
  while (first != null || second != null) freeRegion(takePrepared());
}

/** No region lies across `address` any more. At most two cuts for each `prepareCuts`. */
export function cutAt(space: Space, address: u64): void {
  const region = findIn(space.regions, address);
  if (region == null || region.first == address) return;
  const rest = takePrepared();
  space.regions = cut(space.regions, address, rest);
  space.regionCount += 1;
}

function takePrepared(): Region {
  const region = first != null ? first : second;
  if (first != null) first = null;
  else second = null;
  assert(region != null, "a cut that was not prepared");
  return changetype<Region>(region);
}

/** Makes the regions on both sides of `address` one, if they are alike. */
export function mendAt(space: Space, address: u64): void {
  const below = findIn(space.regions, address - 1);
  const above = findIn(space.regions, address);
  if (below == null || above == null || below == above || !below.isContinuedBy(above)) return;
  space.regions = mend(space.regions, address);
  forgetRegion(space, changetype<Region>(taken()));
}
