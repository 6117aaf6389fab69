import { registerReclaimer } from "../frames/reclaimers";
import { reclaimTables } from "../spaces/reclaim";
import { isFlushing } from "../tlb/gather";
import { ownTasks } from "./cpu-tasks";
import { reclaimFromServers, reclaimPages } from "./page-clock";
import { firstTask, Task } from "./task";

/**
 * The clock: when frames are short, its hand goes from task to task, and each gives back what `spaces/reclaim.ts` finds. What was
 * used since the hand came by last stays; if nothing else is found it goes when the hand comes by again (second chance). Under the kernel's lock.
 *
 * Who allocates may be in the middle of a change of the running task's space, or of a copy's that is not ready yet: these are spared. So a
 * task gets its own tables back only where nothing is under way: when its fault would else end it.
 */

/** After what CPUs and the heap keep: this has to be made again by faults. */
const PRIORITY: u32 = 20;
/** What is freed before a fault is tried again; it takes four frames at most. */
const BATCH: u32 = 64;
const ROUNDS: u32 = 2;

/** The number of the task that is next, or of one that ended since. */
let hand: u32 = 0;

/** Before there are tasks. */
export function reclaimFromTasks(): void {
  registerReclaimer(reclaimFromOthers, PRIORITY);
  reclaimFromServers();
}

/** A Reclaimer: of whatever node. */
function reclaimFromOthers(_node: u32, wanted: u32): u32 {
  return isFlushing() ? 0 : goAround(wanted, ownTasks().running);
}

/** From all tasks, the running one too, which has nothing in hand. True when there is a point in trying again. */
export function reclaimFromAll(): bool {
  return goAround(BATCH, null) != 0 || reclaimPages(BATCH, null) != 0;
}

function goAround(wanted: u32, spared: Task | null): u32 {
  const start = taskAtHand();
  if (start == null) return 0;
  let freed: u32 = 0;
  let task = start;
  for (let rounds: u32 = 0; rounds < ROUNDS && freed < wanted;) {
    if (task != spared && task.hasSpace) freed += reclaimTables(task.space, wanted - freed);
    task = task.next;
    if (task == start) rounds += 1;
  }
  hand = task.id;
  return freed;
}

/** The ring is in the order of numbers. */
function taskAtHand(): Task | null {
  const first = firstTask();
  if (first == null) return null;
  let task = first;
  while (task.id < hand && task.next != first) task = task.next;
  return task.id < hand ? first : task;
}
