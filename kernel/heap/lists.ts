import { Kind } from "./kinds";
import { firstFree, Slab, toggleFree } from "./slab";

/** Objects in and out of slabs, and slabs in and out of their kind's list. All of it under the kind's lock. */

/** Any object of the kind that is in a slab; 0 when none is. Partly used slabs first, so that others become empty. */
export function takeObjectLocked(kind: Kind): usize {
  const at = kind.partial != 0 ? kind.partial : kind.spare;
  return at == 0 ? 0 : takeFromLocked(kind, changetype<Slab>(at));
}

/** The lowest object of a slab that holds some: one that is listed, or has just been made. */
function takeFromLocked(kind: Kind, slab: Slab): usize {
  const object = firstFree(slab);
  toggleFree(object);
  slab.taken += 1;
  kind.out += 1;
  if (slab.taken == 1) beginUseLocked(kind, slab);
  else if (slab.taken == kind.capacity) unlinkLocked(kind, slab);
  return object;
}

function beginUseLocked(kind: Kind, slab: Slab): void {
  if (kind.spare == changetype<usize>(slab)) kind.spare = 0;
  if (kind.capacity > 1) linkLocked(kind, slab);
}

/** Puts an object back into its slab. Returns the slab if it is to be released: it is counted and listed no more. */
export function putObjectLocked(kind: Kind, slab: Slab, object: usize): Slab | null {
  toggleFree(object);
  const wasFull = slab.taken == kind.capacity;
  slab.taken -= 1;
  kind.out -= 1;
  if (slab.taken == 0) {
    if (!wasFull) unlinkLocked(kind, slab);
    return retireLocked(kind, slab);
  }
  if (wasFull) linkLocked(kind, slab);
  return null;
}

/** One slab without use stays: the kind's spare. */
function retireLocked(kind: Kind, slab: Slab): Slab | null {
  if (kind.spare != 0) {
    kind.slabs -= 1;
    return slab;
  }
  kind.spare = changetype<usize>(slab);
  return null;
}

/** Counts a slab that has just been made. Returns one that is to be released: another CPU had the same idea. */
export function addSlabLocked(kind: Kind, slab: Slab): Slab | null {
  kind.slabs += 1;
  kind.mostSlabs = max<u32>(kind.mostSlabs, kind.slabs);
  return retireLocked(kind, slab);
}

/** The spare, which is counted and listed no more, for its release; null when there is none. */
export function takeSpareLocked(kind: Kind): Slab | null {
  const spare = kind.spare;
  if (spare == 0) return null;
  kind.spare = 0;
  kind.slabs -= 1;
  return changetype<Slab>(spare);
}

function linkLocked(kind: Kind, slab: Slab): void {
  slab.previous = 0;
  slab.next = kind.partial;
  if (slab.next != 0) changetype<Slab>(slab.next).previous = changetype<usize>(slab);
  kind.partial = changetype<usize>(slab);
}

function unlinkLocked(kind: Kind, slab: Slab): void {
  if (slab.previous != 0) changetype<Slab>(slab.previous).next = slab.next;
  else kind.partial = slab.next;
  if (slab.next != 0) changetype<Slab>(slab.next).previous = slab.previous;
  slab.next = 0;
  slab.previous = 0;
}
