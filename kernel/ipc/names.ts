import { HandleRight } from "../objects/rights";
import { openHandleIn } from "../spaces/handles";
import { finishCall } from "../tasks/scheduler";
import { firstTask, Task, TaskState, WaitsFor } from "../tasks/task";
import { IpcError } from "./errors";
import { forgetPort, makePort, Port, portNamed } from "./port";

/** How tasks find ports that nobody has passed to them: by a name of up to eight characters. */

/** What comes with a name: to send, and to let others send. */
const OPENED: u32 = HandleRight.SEND | HandleRight.GRANT;

/** A port of `task`'s, by `name`, or by none if that is 0. The number of its handle, or an IpcError. */
export function createPort(task: Task, name: u64): i64 {
  if (name != 0 && portNamed(name) != null) return IpcError.EXISTS;
  const port = makePort(name);
  if (port == null) return IpcError.NO_MEMORY;
  const number = open(task, port, HandleRight.ALL);
  if (number < 0) forgetPort(port);
  else if (name != 0) tellWhoWaits(port);
  return number;
}

/** The port of the name `name`: the number of a handle, an IpcError, or WAITS, until somebody makes it. */
export function openPort(task: Task, name: u64): i64 {
  const port = portNamed(name);
  if (port != null) return open(task, port, OPENED);
  task.waitsFor = WaitsFor.PORT;
  task.wanted = name;
  return IpcError.WAITS;
}

function open(task: Task, port: Port, rights: u32): i64 {
  const handle = openHandleIn(task.space, port, rights, null);
  return handle == null ? IpcError.NO_MEMORY : <i64>handle.number;
}

function tellWhoWaits(port: Port): void {
  const head = firstTask();
  if (head == null) return;
  let task = head;
  do {
    const isFor = task.waitsFor == WaitsFor.PORT && task.wanted == port.name;
    if (task.state == TaskState.WAITING && isFor) finishCall(task, open(task, port, OPENED));
    task = task.next;
  } while (task != head);
}
