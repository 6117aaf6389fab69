import { allocateObject, freeObject, HeapError, makeKind } from "../heap/heap";
import { Space, SPACE_BYTES } from "./space";

/** Spaces are kernel objects. */
const spaceKind = makeKind("space", <u32>SPACE_BYTES);

/** A space that has no root yet; null when there is no memory. */
export function allocateSpace(): Space | null {
  return changetype<Space | null>(allocateObject(spaceKind));
}

/** Gives back a space that has been destroyed, or never made. */
export function freeSpace(space: Space): void {
  const error = freeObject(spaceKind, changetype<usize>(space));
  assert(error == HeapError.NONE, "a space could not be freed");
}
