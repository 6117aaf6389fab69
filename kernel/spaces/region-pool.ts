import { allocateObject, freeObject, HeapError, makeKind } from "../heap/heap";
import { Region } from "./region";

/** Regions, as objects of the kernel's heap. */
const REGION: u32 = makeKind("region", <u32>offsetof<Region>());

/** The last priority drawn. Of no use to who knows it: a task chooses where its regions lie, but not in which order they are heaped. */
let drawn: u32 = 0x9e37_79b9;

/** A region of no range, kind or rights, with a priority drawn for it; null when there is no memory. */
export function makeRegion(): Region | null {
  const region = changetype<Region | null>(allocateObject(REGION));
  if (region == null) return null;
  region.priority = nextPriority();
  return region;
}

/** Regions in hand, linked by `right`, so that a change that has begun cannot fail for want of one. */
let inHand: Region | null = null;
let handCount: u32 = 0;

/** Sees to it that `count` regions are in hand. False when there is no memory. */
export function prepareRegions(count: u32): bool {
  for (; handCount < count; handCount++) {
    const region = makeRegion();
    if (region == null) return false;
    region.right = inHand;
    inHand = region;
  }
  return true;
}

/** One that is in hand, or a new one; null when there is no memory, which cannot be after `prepareRegions`. */
export function takeRegion(): Region | null {
  const region = inHand;
  if (region == null) return makeRegion();
  inHand = region.right;
  region.right = null;
  handCount -= 1;
  return region;
}

/** Gives back what is in hand. */
export function dropPrepared(): void {
  while (handCount != 0) freeRegion(changetype<Region>(takeRegion()));
}

/** Xorshift (Marsaglia, 2003). */
function nextPriority(): u32 {
  drawn ^= drawn << 13;
  drawn ^= drawn >> 17;
  drawn ^= drawn << 5;
  return drawn;
}

/** The region must be in no tree. */
export function freeRegion(region: Region): void {
  const error = freeObject(REGION, changetype<usize>(region));
  assert(error == HeapError.NONE, "a region that the heap does not know");
}
