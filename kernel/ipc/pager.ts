import { physLoad64 } from "platform";
import { PhysAddr } from "../address/addr";
import { PAGE_BYTES } from "../address/pages";
import { objectOf, offsetOf } from "../spaces/backing";
import { findSlot, MemoryObject } from "../spaces/memory-object";
import { Region } from "../spaces/region";
import { findRegion } from "../spaces/space";
import { onAbsentPage } from "../tasks/absent";
import { Request, Task, WaitsFor } from "../tasks/task";
import { IpcError } from "./errors";
import { send } from "./messages";
import { Port } from "./port";
import { beginRequest, CLUSTER_BYTES, endRequest, isAskedFor } from "./requests";

/**
 * Pagers: servers that have the pages of objects, as files are served. Who misses a page asks for it by a call that the kernel makes (`requests.ts`), waits as
 * a caller does, and makes its access again:
 *
 *     client            kernel                 server
 *     access ──fault──▶ request ──message────▶ receive
 *                       pages   ◀──────────── memory_supply
 *     access ◀───────── answer  ◀──────────── reply
 *
 * Whatever else comes of the call (no reply since the server ended, an error, a reply without the page) is a fault that the client dies of.
 */

/** The running task misses the page at `address`, of an object with a pager. True: it waits for it; false: it is not to be had. */
function askForPage(task: Task, address: u64): bool {
  const page = address & ~(PAGE_BYTES - 1);
  const isInVain = task.missed == page;
  task.missed = 0;
  const region = changetype<Region>(findRegion(task.space, address));
  const memory = objectOf(region);
  const offset = offsetOf(region, page);
  if (isInVain || changetype<Port>(memory.pager).receivers == 0) return false;
  if (isAskedFor(memory, offset)) return waitWithOthers(task, memory, page, offset);
  task.missed = page;
  task.wanted = offset;
  const words = findSlot(memory, offset & ~(CLUSTER_BYTES - 1));
  const first = firstMissing(memory, words, offset);
  return ask(task, memory, first, endOfMissing(memory, words, offset) - first);
}
onAbsentPage(askForPage);

function waitWithOthers(task: Task, memory: MemoryObject, page: u64, offset: u64): bool {
  task.wanted = page;
  beginRequest(task, Request.NONE, memory, offset, PAGE_BYTES);
  task.waitsFor = WaitsFor.SUPPLY;
  return true;
}

function ask(task: Task, memory: MemoryObject, first: u64, bytes: u64): bool {
  beginRequest(task, Request.PAGES, memory, first, bytes);
  const sent = send(task, changetype<Port>(memory.pager));
  if (sent == IpcError.WAITS) return true;
  endRequest(task, sent);
  return false;
}

/** Where the missing pages begin that lie around `offset`, within one cluster, the first of whose words is at `words`. */
function firstMissing(memory: MemoryObject, words: PhysAddr, offset: u64): u64 {
  const lowest = offset & ~(CLUSTER_BYTES - 1);
  let first = offset;
  while (first > lowest && isMissing(memory, words, first - PAGE_BYTES)) first -= PAGE_BYTES;
  return first;
}

function endOfMissing(memory: MemoryObject, words: PhysAddr, offset: u64): u64 {
  const highest = min<u64>((offset | (CLUSTER_BYTES - 1)) + 1, memory.bytes);
  let end = offset + PAGE_BYTES;
  while (end < highest && isMissing(memory, words, end)) end += PAGE_BYTES;
  return end;
}

/** The words of a cluster lie in a row, in one table; `words` is 0 where there is none yet. */
function isMissing(memory: MemoryObject, words: PhysAddr, offset: u64): bool {
  const isThere = words != 0 && physLoad64(<PhysAddr>(words + ((offset & (CLUSTER_BYTES - 1)) >> 9))) != 0;
  return !isThere && !isAskedFor(memory, offset);
}
