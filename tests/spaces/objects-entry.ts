/** Spaces as `entry.ts` makes them, and what system calls do with handles of memory. */
export * from "./entry";
import { Handle } from "../../kernel/objects/handle";
import { closeHandle } from "../../kernel/objects/handles";
import { HandleRight } from "../../kernel/objects/rights";
import { handleOf, openHandleIn } from "../../kernel/spaces/handles";
import { RegionKind } from "../../kernel/spaces/kinds";
import { attachObject, checkMappable } from "../../kernel/spaces/map-object";
import { discardMemory, makeMemory } from "../../kernel/spaces/object-life";
import { placeRegion } from "../../kernel/spaces/place";
import { Backing } from "../../kernel/spaces/region";
import { revokeBelow } from "../../kernel/spaces/revoke";
import { Space, SpaceError } from "../../kernel/spaces/space";

/** The number of a handle with all rights; 0 when there is no memory. */
export function makeMemoryFor(space: Space, bytes: u64): u32 {
  const memory = makeMemory(bytes, space.quota);
  if (memory == null) return 0;
  const handle = openHandleIn(space, memory, HandleRight.ALL, null);
  if (handle != null) return handle.number;
  discardMemory(memory);
  return 0;
}

function at(space: Space, number: u32): Handle {
  return changetype<Handle>(handleOf(space, number));
}

/** The number that it has in `to`; 0: it may not be passed on so, or there is no memory. */
export function passHandle(from: Space, number: u32, to: Space, rights: u32): u32 {
  const handle = at(from, number);
  if (!handle.mayPass(rights)) return 0;
  const passed = openHandleIn(to, handle.object, rights, handle);
  return passed == null ? 0 : passed.number;
}

export function isHandle(space: Space, number: u32): bool {
  return handleOf(space, number) != null;
}

export function dropHandle(space: Space, number: u32): void {
  closeHandle(at(space, number));
}

export function revokeHandle(space: Space, number: u32): u32 {
  return revokeBelow(at(space, number));
}

export function mapMemory(space: Space, first: u64, last: u64, number: u32, offset: u64, rights: u32): u32 {
  const refusal = checkMappable(at(space, number), offset, last - first + 1, rights, Backing.OBJECT);
  if (refusal != SpaceError.NONE) return refusal;
  const error = placeRegion(space, first, last, RegionKind.SHARED, rights);
  if (error == SpaceError.NONE) attachObject(space, first, at(space, number), offset, Backing.OBJECT);
  return error;
}
