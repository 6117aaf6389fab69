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
