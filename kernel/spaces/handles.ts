import { Handle, HandleTable } from "../objects/handle";
import { inheritHandle, makeHandleTable, openHandle } from "../objects/handles";
import { KernelObject, ObjectKind } from "../objects/object";
import { Space } from "./space";

/** The handles of a space's task. */

/** Its table, made with its first handle; null when there is no memory. */
export function handlesOf(space: Space): HandleTable | null {
  if (space.handles == null) space.handles = makeHandleTable(changetype<usize>(space), space.quota);
  return space.handles;
}

/** A handle of the space's task (`openHandle`). Null: no place, or no memory. */
export function openHandleIn(space: Space, object: KernelObject, rights: u32, parent: Handle | null): Handle | null {
  const table = handlesOf(space);
  if (table == null) return null;
  return openHandle(table, object, rights, parent);
}

/** Handle `number`, any, of the space's task; null: it has none. */
export function handleOf(space: Space, number: u64): Handle | null {
  const handles = space.handles;
  return handles == null ? null : handles.at(number);
}

/** The same, if it is one of memory. */
export function memoryHandleOf(space: Space, number: u64): Handle | null {
  const handle = handleOf(space, number);
  return handle == null || handle.object.kind != ObjectKind.MEMORY ? null : handle;
}

/** A copy of a task has its handles, by the same numbers, as ones that were passed on. False when there is no memory. */
export function inheritHandles(parent: Space, child: Space): bool {
  const from = parent.handles;
  if (from == null) return true;
  const to = handlesOf(child);
  if (to == null) return false;
  for (let rest = from.used; rest != 0; rest &= rest - 1) {
    const number = <u32>ctz<u64>(rest) + 1;
    if (inheritHandle(changetype<Handle>(from.at(number)), to, number) == null) return false;
  }
  return true;
}

/** The one that `child` has in place of its parent's `handle`: a closed one in place of a closed one. Null when there is no memory. */
export function heirOf(handle: Handle, child: Space): Handle | null {
  const handles = handlesOf(child);
  if (handles == null) return null;
  return handle.number != 0 ? handles.at(handle.number) : inheritHandle(handle, handles, 0);
}
