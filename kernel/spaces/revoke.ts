import { Handle } from "../objects/handle";
import { closeHandle, firstBelow, lastBelow, nextBelow } from "../objects/handles";
import { endLoan, lendTables } from "../quotas/quota";
import { makeDivisibleAround } from "./pages";
import { Region } from "./region";
import { firstFrom } from "./region-tree";
import { clearRange, Space, SpaceError } from "./space";

/**
 * Takes back all that was passed on from `handle`, whoever has it now: handles, and what is mapped by them, on every CPU before this
 * returns. First what may fail, which nobody can see. Returns a SpaceError; unless it is NONE, nothing has been taken back.
 */
export function revokeBelow(handle: Handle): u32 {
  let at = firstBelow(handle);
  while (at != null) {
    if (!prepareByLoan(at)) return SpaceError.NO_MEMORY;
    at = nextBelow(at, handle);
  }
  for (let last = lastBelow(handle); last != null; last = lastBelow(handle)) takeBack(last);
  return SpaceError.NONE;
}

/** Whoever has used up a quota gives back what was lent all the same. */
function prepareByLoan(handle: Handle): bool {
  const quota = spaceOf(handle).quota;
  lendTables(quota);
  const isReady = prepare(handle);
  endLoan(quota);
  return isReady;
}

function prepare(handle: Handle): bool {
  const space = spaceOf(handle);
  let region = nextMapped(handle, 0);
  while (region != null) {
    if (!makeDivisibleAround(space, region.first, region.last)) return false;
    region = nextMapped(handle, region.last + 1);
  }
  return true;
}

/** One that is closed goes with the last of its mappings. */
function takeBack(handle: Handle): void {
  const space = spaceOf(handle);
  const isOpen = handle.number != 0;
  for (let rest = handle.mappings; rest != 0; rest--) {
    const region = changetype<Region>(nextMapped(handle, 0));
    clearRange(space, region.first, region.last);
  }
  if (isOpen) closeHandle(handle);
}

/** The first region from `address` on that was mapped by it; null: there is none. */
function nextMapped(handle: Handle, address: u64): Region | null {
  const space = spaceOf(handle);
  if (handle.mappings == 0) return null;
  let region = firstFrom(space.regions, address);
  while (region != null && region.source != changetype<usize>(handle))
    region = firstFrom(space.regions, region.last + 1);
  return region;
}

function spaceOf(handle: Handle): Space {
  return changetype<Space>(handle.table.space);
}
