import { takeAbsent } from "../spaces/user-memory";
import { limitPatience } from "./patience";
import { Task, TaskState, WaitsFor } from "./task";

/**
 * Pages that a server has to supply before a task can go on (`ipc/pager.ts`). An access is made again when the page has come; so is a call that was
 * in the middle of a copy: it has not done anything yet, as calls first take what they need, and have it done last.
 */

/** What `ipc/` does for the task that misses the page at `address`. False: nobody will supply it. */
let askForPage: (task: Task, address: u64) => bool = nobodyHasAny;

export function onAbsentPage(ask: (task: Task, address: u64) => bool): void {
  askForPage = ask;
}

function nobodyHasAny(_task: Task, _address: u64): bool {
  return false;
}

/** The running task's access misses a page. True: it waits for it, and another may run. */
export function waitForPage(task: Task, address: u64): bool {
  if (!askForPage(task, address)) return false;
  limitPatience();
  task.state = TaskState.WAITING;
  return true;
}

/** The running task's `call`, of these arguments, could not copy something. True: that was for want of a page, for which it waits to be made again. */
export function waitToCallAgain(task: Task, call: u32, a: u64, b: u64, c: u64, d: u64): bool {
  const address = takeAbsent();
  if (address == 0 || !waitForPage(task, address)) return false;
  rememberCall(task, call, a, b, c, d);
  return true;
}

/** The call that a waiting task is in, to be made again. */
export function rememberCall(task: Task, call: u32, a: u64, b: u64, c: u64, d: u64): void {
  task.pendingCall = call + 1;
  task.again0 = a;
  task.again1 = b;
  task.again2 = c;
  task.again3 = d;
}

/** How `syscalls/` makes the call of a task again. Its result, unless the task waits once more. */
let callAgain: (task: Task, call: u32) => i64 = cannotCall;

export function onCallAgain(again: (task: Task, call: u32) => i64): void {
  callAgain = again;
}

function cannotCall(_task: Task, _call: u32): i64 {
  assert(false, "nobody makes calls again");
  return 0;
}

/** `task` has been loaded, and waits in `call` for nothing any more. */
export function makeCallAgain(task: Task, call: u32): i64 {
  assert(task.waitsFor == WaitsFor.NOTHING, "a task that waits makes no call again");
  return callAgain(task, call);
}
