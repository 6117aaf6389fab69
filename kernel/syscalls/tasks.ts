import { contextSetResult } from "platform";
import { collectChild, NOT_YET, WaitError } from "../tasks/children";
import { copyTask } from "../tasks/copy";
import { HELD_MOST } from "../tasks/room";
import { currentTask, preempt, waitInCall } from "../tasks/scheduler";
import { Task, WaitsFor } from "../tasks/task";
import { RecordKind } from "../trace/records";
import { trace } from "../trace/trace";
import { Call, Ending, Errno } from "./abi";

/** `fork()`. The copy's number; EPERM: a module is once in the zone that all spaces have; ENOMEM. */
export function fork(): i64 {
  if (currentTask().space.slot != 0) return Errno.EPERM;
  const child = copyTask(currentTask());
  return child == null ? Errno.ENOMEM : <i64>child.id;
}

/** `yield()`. 0, when all that were ready have run. */
export function yieldCpu(task: Task): i64 {
  trace(RecordKind.RESULT, Call.YIELD, 0, 0);
  contextSetResult(task.context, 0);
  preempt();
  return 0;
}

/** `wait(address)`. The child's number; ECHILD, EFAULT. While none has ended the task waits, and has no result yet. */
export function wait(address: u64): i64 {
  const task = currentTask();
  task.wanted = address;
  const result = collectChild(task);
  if (result != NOT_YET) return result;
  task.waitsFor = WaitsFor.CHILD;
  waitInCall(task, Call.WAIT);
  return result;
}
if (WaitError.NO_CHILD != Errno.ECHILD || WaitError.NOT_WRITABLE != Errno.EFAULT)
  ERROR("WaitError has values of Errno");
if (HELD_MOST != <i32>Ending.HELD_MOST) ERROR("HELD_MOST is Ending's");
