import { takeRefused } from "../quotas/quota";
import { MemoryObject } from "../spaces/memory-object";
import { Space } from "../spaces/space";
import { beginSupply, endSupply } from "../spaces/reclaim-pages";
import { supplyPages } from "../spaces/supply";
import { readableAt, wasShort } from "../spaces/user-memory";
import { reclaimFromAll } from "../tasks/clock";
import { reclaimPagesOf } from "../tasks/page-clock";
import { makeRoom, Room } from "../tasks/room";
import { Task } from "../tasks/task";
import { CLUSTER_PAGES, isAskedFor, wakeWaiting } from "./requests";

/**
 * The running task, which has nothing in hand, supplies pages of `memory` as `spaces/supply.ts` does; where memory is short, with what can be done for it.
 * Returns the bytes that are there now: who has not asked for them himself goes on at once, and who has when there is the reply. When the task has
 * starved, the call is to be made again.
 */
export function supply(task: Task, memory: MemoryObject, offset: u64, address: u64, bytes: u64): u64 {
  takeRefused();
  beginSupply(memory, offset, bytes);
  let done = supplyPages(task.space, memory, offset, address, bytes);
  while (done != bytes && isForMemory(task.space, address + done)) {
    const more = supplyMore(task, memory, offset + done, address + done, bytes - done);
    if (more == 0) break;
    done += more;
  }
  endSupply();
  if (done != 0) wakeWaiting(memory, offset, done);
  return done;
}

/** Is it for want of memory that what is at `address` was not supplied? */
export function isForMemory(space: Space, address: u64): bool {
  return readableAt(space, address) != 0 || wasShort();
}

function supplyMore(task: Task, memory: MemoryObject, offset: u64, address: u64, bytes: u64): u64 {
  const isOverQuota = takeRefused() != null;
  const isWorthIt = isOverQuota ? reclaimPagesOf(memory, <u32>CLUSTER_PAGES) != 0 : reclaimFromAll();
  let more = isWorthIt ? supplyPages(task.space, memory, offset, address, bytes) : 0;
  while (more == 0 && !isOverQuota && isRoomMade(task, memory, offset))
    more = supplyPages(task.space, memory, offset, address, bytes);
  return more;
}

/** If somebody waits for the page at byte `offset` it is for an access of his, and as for any other that finds no memory, whoever holds most ends. */
function isRoomMade(task: Task, memory: MemoryObject, offset: u64): bool {
  return isAskedFor(memory, offset) && makeRoom(task) == Room.MADE;
}
