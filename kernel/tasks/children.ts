import { copyOut } from "../spaces/user-memory";
import { countEnd } from "./outcome";
import { firstTask, forgetTask, Task, TaskEnd, TaskState } from "./task";

/** Tasks and the copies that they made of themselves. */

/** What `collectChild` returns when there are children, and none has ended. No number of a task. */
export const NOT_YET: i64 = 0;
/** The values are those of Errno. */
export namespace WaitError {
  export const NO_CHILD: i64 = -10;
  /** What was to be stored could not be: the child is still there. */
  export const NOT_WRITABLE: i64 = -14;
}

const ending = memory.data(8, 8);
const STATUS: u64 = 0xffff_ffff;
const KILLED: u64 = 1 << 32;

/** Takes the end of a child of `parent`, whose space is loaded, and writes how it ended where `parent.wanted` says. Its number. */
export function collectChild(parent: Task): i64 {
  const child = childOf(parent, TaskState.ENDED);
  if (child == null) return childOf(parent, ANY_STATE) == null ? WaitError.NO_CHILD : NOT_YET;
  // Not by way of <u32>: the optimiser makes one load of that, which extends the sign.
  store<u64>(ending, ((<u64>child.status) & STATUS) | (child.end == TaskEnd.KILLED ? KILLED : 0));
  if (parent.wanted != 0 && !copyOut(parent.wanted, ending, 8, parent.space)) return WaitError.NOT_WRITABLE;
  const id = child.id;
  forgetTask(child);
  return id;
}

const ANY_STATE: u32 = u32.MAX_VALUE;

/** A child in `state`, the one with the lowest number; null when there is none. */
function childOf(parent: Task, state: u32): Task | null {
  const head = firstTask();
  if (head == null) return null;
  let task = head;
  do {
    if (task.parent == parent && (state == ANY_STATE || task.state == state)) return task;
    task = task.next;
  } while (task != head);
  return null;
}

/** The parent ends: nobody will wait for its children. */
export function orphanChildren(parent: Task): void {
  for (let child = childOf(parent, ANY_STATE); child != null; child = childOf(parent, ANY_STATE)) {
    child.parent = null;
    if (child.state != TaskState.ENDED) continue;
    countEnd(child);
    forgetTask(child);
  }
}
