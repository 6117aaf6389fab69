import { allocateObject, freeObject, HeapError, makeKind } from "../heap/heap";
import { dropQuota, holdQuota, openQuota, Quota } from "../quotas/quota";
import { Space, SPACE_BYTES } from "./space";

/** Spaces are kernel objects. */
const spaceKind = makeKind("space", <u32>SPACE_BYTES);

/** A space that has no root and no limits yet; null when there is no memory. */
export function allocateSpace(): Space | null {
  const space = changetype<Space | null>(allocateObject(spaceKind));
  if (space != null) space.quota = holdQuota(openQuota());
  return space;
}

/** Gives back a space that has been destroyed, or never made. */
export function freeSpace(space: Space): void {
  dropQuota(space.quota);
  const error = freeObject(spaceKind, changetype<usize>(space));
  assert(error == HeapError.NONE, "a space could not be freed");
}

/** A space of which nothing has been made counts against `quota` from now on. */
export function countAgainst(space: Space, quota: Quota): void {
  assert(space.root == 0, "a space has been made against another quota");
  dropQuota(space.quota);
  space.quota = holdQuota(quota);
}
