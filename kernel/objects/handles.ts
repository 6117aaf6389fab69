import { allocateObject, freeObject, HeapError, makeKind } from "../heap/heap";
import { Handle, HANDLE_BYTES, HandleTable, TABLE_BYTES } from "./handle";
import { KernelObject, noteClosed, releaseObject, retainObject } from "./object";
import { Quota, takeHandle } from "../quotas/quota";
import { HandleRight } from "./rights";

/** Opening, passing on and closing of handles. */
const handleKind = makeKind("handle", HANDLE_BYTES);
const tableKind = makeKind("handle table", TABLE_BYTES);

/** An empty table of a space, which holds `quota` as long; null when there is no memory. */
export function makeHandleTable(space: usize, quota: Quota): HandleTable | null {
  const table = changetype<HandleTable | null>(allocateObject(tableKind));
  if (table == null) return null;
  table.space = space;
  table.quota = quota;
  return table;
}

/** Closes all, and gives the table back. No region is mapped by any of them. */
export function dropHandleTable(table: HandleTable): void {
  while (table.used != 0) closeHandle(changetype<Handle>(table.at(ctz<u64>(table.used) + 1)));
  const error = freeObject(tableKind, changetype<usize>(table));
  assert(error == HeapError.NONE, "a table of handles could not be freed");
}

/**
 * A handle in `table`, with `rights`, passed on from `parent`, which has them, or the first of its object. Null: no place, or no memory.
 */
export function openHandle(
  table: HandleTable,
  object: KernelObject,
  rights: u32,
  parent: Handle | null,
): Handle | null {
  const number = table.freeNumber;
  return number == 0 ? null : makeHandle(table, number, object, rights, parent);
}

/** `handle` passed on whole to `table`, as its number `number`, which is free there; 0: as one that is closed. Null when there is no memory. */
export function inheritHandle(handle: Handle, table: HandleTable, number: u32): Handle | null {
  return makeHandle(table, number, handle.object, handle.rights, handle);
}

function makeHandle(
  table: HandleTable,
  number: u32,
  object: KernelObject,
  rights: u32,
  parent: Handle | null,
): Handle | null {
  const handle = countedHandle(table.quota);
  if (handle == null) return null;
  handle.object = object;
  handle.rights = rights;
  handle.table = table;
  if (parent != null) hang(handle, parent);
  retainObject(object);
  if (number == 0) return handle;
  table.add(handle, number);
  if (handle.may(HandleRight.RECEIVE)) object.receivers += 1;
  return handle;
}

function countedHandle(quota: Quota): Handle | null {
  if (!takeHandle(quota)) return null;
  const handle = changetype<Handle | null>(allocateObject(handleKind));
  if (handle == null) quota.handlesLeft += 1;
  return handle;
}

function hang(handle: Handle, parent: Handle): void {
  const next = parent.first;
  handle.parent = parent;
  handle.next = next;
  if (next != null) next.previous = handle;
  parent.first = handle;
}

/** Takes it out of its table. What was passed on from it stays. */
export function closeHandle(handle: Handle): void {
  const object = handle.object;
  handle.table.remove(handle);
  if (handle.may(HandleRight.RECEIVE)) object.receivers -= 1;
  noteClosed(object, handle.table.space);
  forgetIfUnused(handle);
}

/** A region is mapped by it. */
export function noteMapping(handle: Handle): void {
  handle.mappings += 1;
}

/** A region that was mapped by it is no more. */
export function noteUnmapping(handle: Handle): void {
  handle.mappings -= 1;
  forgetIfUnused(handle);
}

function forgetIfUnused(handle: Handle): void {
  if (handle.number != 0 || handle.mappings != 0) return;
  const object = handle.object;
  handle.table.quota.handlesLeft += 1;
  takeOut(handle);
  const error = freeObject(handleKind, changetype<usize>(handle));
  assert(error == HeapError.NONE, "a handle could not be freed");
  releaseObject(object);
}

/** What hangs below it hangs below its parent from now on. */
function takeOut(handle: Handle): void {
  const parent = handle.parent;
  const next = handle.next;
  const previous = handle.previous;
  if (next != null) next.previous = previous;
  if (previous != null) previous.next = next;
  else if (parent != null) parent.first = next;
  for (let child = handle.first; child != null; child = handle.first) {
    handle.first = child.next;
    child.parent = null;
    child.next = null;
    child.previous = null;
    if (parent != null) hang(child, parent);
  }
}

/** The first handle below `handle`, in the order of `nextBelow`: above those that hang below it. */
export function firstBelow(handle: Handle): Handle | null {
  return handle.first;
}

/** The next one after `at` of those below `top`; null: there is none. By its links, since a chain may be longer than a stack is deep. */
export function nextBelow(at: Handle, top: Handle): Handle | null {
  if (at.first != null) return at.first;
  let climbed: Handle | null = at;
  while (climbed != null && climbed != top && climbed.next == null) climbed = climbed.parent;
  return climbed == null || climbed == top ? null : climbed.next;
}

/** A handle below `handle` with nothing below itself; null: there is none. */
export function lastBelow(handle: Handle): Handle | null {
  let found = handle.first;
  while (found != null && found.first != null) found = found.first;
  return found;
}
