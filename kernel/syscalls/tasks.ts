import { collectChild, NOT_YET, WaitError } from "../tasks/children";
import { copyTask } from "../tasks/copy";
import { HELD_MOST } from "../tasks/room";
import { currentTask, waitInCall } from "../tasks/scheduler";
import { WaitsFor } from "../tasks/task";
import { Call, Ending, Errno } from "./abi";

/** `fork()`. The copy's number; EPERM: a module is once in the zone that all spaces have; ENOMEM. */
export function fork(): i64 {
  if (currentTask().space.slot != 0) return Errno.EPERM;
  const child = copyTask(currentTask());
  return child == null ? Errno.ENOMEM : <i64>child.id;
}

/** `wait(address)`. The child's number; ECHILD, EFAULT. While none has ended the task waits, and has no result yet. */
export function wait(address: u64): i64 {
  const task = currentTask();
  task.wanted = address;
  const result = collectChild(task);
  if (result == NOT_YET) waitInCall(Call.WAIT, WaitsFor.CHILD);
  return result;
}
if (WaitError.NO_CHILD != Errno.ECHILD || WaitError.NOT_WRITABLE != Errno.EFAULT)
  ERROR("WaitError has values of Errno");
if (HELD_MOST != <i32>Ending.HELD_MOST) ERROR("HELD_MOST is Ending's");
