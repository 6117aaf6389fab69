import { PAGE_BYTES } from "../address/pages";
import { objectOf, offsetOf } from "../spaces/backing";
import { closePages, endOfDirty, markClean, nextDirty } from "../spaces/dirty";
import { MemoryObject } from "../spaces/memory-object";
import { Backing, Region } from "../spaces/region";
import { firstFrom } from "../spaces/region-tree";
import { limitPatience } from "../tasks/patience";
import { firstTask, Request, Task } from "../tasks/task";
import { IpcError } from "./errors";
import { send } from "./messages";
import { Port } from "./port";
import { beginRequest, CLUSTER_PAGES, endRequest } from "./requests";

/**
 * What was written to an object goes back to its pager: that is told of it (`msync`; when who could write does not map the object any more), and takes
 * it run by run:
 *
 *     1  memory_clean      nobody can write the run without a fault any more; it counts as clean
 *     2  the server reads it by a mapping of its own, and keeps it
 *
 * So a write that comes between the two makes the page dirty again, and is not lost.
 */

/**
 * The next run of dirty pages from byte `offset` on, clean now: its first byte, and in the low bits how many pages. Or NO_ENTRY: there is none. The server
 * has taken the run before.
 */
export function takeDirty(memory: MemoryObject, offset: u64): i64 {
  memory.taken = 0;
  const first = nextDirty(memory, offset);
  if (first >= memory.bytes) return IpcError.NO_ENTRY;
  const end = endOfDirty(memory, first, CLUSTER_PAGES);
  closeEverywhere(memory, first, end);
  markClean(memory, first, end);
  memory.taken = first | ((end - first) / PAGE_BYTES);
  return memory.taken;
}

/** Who maps it is looked for among all: a list for that would cost each mapping what a write-back, which is rare, costs so. */
function closeEverywhere(memory: MemoryObject, first: u64, end: u64): void {
  const head = firstTask();
  if (head == null) return;
  let task = head;
  do {
    if (task.hasSpace) closePages(task.space, memory, first, end);
    task = task.next;
  } while (task != head);
}

/** Where the last `writeBack` has come to: what is before it is no dirty page, or asked for. */
let reached: u64 = 0;

export function writtenBackTo(): u64 {
  return reached;
}

/**
 * Asks the pager of the first mapping from `address` to `last` that has dirty pages there to take them. WAITS; 0: there is none, any more; NOT_DONE: it has
 * one, and nobody receives there.
 */
export function writeBack(task: Task, address: u64, last: u64): i64 {
  for (let at = address; at <= last; at = reached) {
    const region = firstFrom(task.space.regions, at);
    reached = last + 1;
    if (region == null || region.first > last) return 0;
    reached = region.last + 1;
    const asked = writeBackRegion(task, region, max<u64>(at, region.first), min<u64>(last, region.last));
    if (asked != 0) return asked;
  }
  return 0;
}

function writeBackRegion(task: Task, region: Region, first: u64, last: u64): i64 {
  if (region.backing != Backing.OBJECT) return 0;
  const memory = objectOf(region);
  const from = offsetOf(region, first);
  const bytes = last - first + 1;
  if (nextDirty(memory, from) >= from + bytes) return 0;
  beginRequest(task, Request.WRITE_BACK, memory, from, bytes);
  limitPatience();
  const port = changetype<Port>(memory.pager);
  const sent = port.receivers == 0 ? IpcError.DESERTED : send(task, port);
  return sent == IpcError.WAITS ? sent : endRequest(task, sent);
}
