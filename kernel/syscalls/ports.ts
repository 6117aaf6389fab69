import { IpcError } from "../ipc/errors";
import { MESSAGE_WORDS } from "../ipc/message";
import { call, receive, reply, replyAndReceive } from "../ipc/messages";
import { createPort, openPort } from "../ipc/names";
import { Port } from "../ipc/port";
import { Handle } from "../objects/handle";
import { ObjectKind } from "../objects/object";
import { HandleRight } from "../objects/rights";
import { handleOf } from "../spaces/handles";
import { currentTask, waitInCall } from "../tasks/scheduler";
import { Task } from "../tasks/task";
import { Call, Errno, Message, Right } from "./abi";

/** The calls on ports and handles: arguments, and what a task may do, here; the rest in `ipc/`. */

/** `port_create(name)`. A handle, or EEXIST, ENOMEM. */
export function portCreate(name: u64): i64 {
  return createPort(currentTask(), name);
}

/** `port_open(name)`. A handle, or EINVAL, ENOENT, ENOMEM. */
export function portOpen(name: u64): i64 {
  const task = currentTask();
  return name == 0 ? Errno.EINVAL : settle(task, Call.PORT_OPEN, openPort(task, name));
}

/** `call(port, words)`. The words of the reply, or EINVAL, EBADF, EACCES, EPIPE, EDEADLK, ENOMEM. */
export function callOf(task: Task, number: u64, words: u64): i64 {
  if (words > MESSAGE_WORDS) return Errno.EINVAL;
  const handle = handleOf(task.space, number);
  const error = refusalOf(handle, HandleRight.SEND);
  return error != 0 ? error : settle(task, Call.CALL, call(task, portOf(handle), <u32>words));
}

/** `receive(port)`. The words of the message, or EBADF, EACCES, EDEADLK, ENOMEM. */
export function receiveOf(number: u64): i64 {
  const task = currentTask();
  const handle = handleOf(task.space, number);
  const error = refusalOf(handle, HandleRight.RECEIVE);
  return error != 0 ? error : settle(task, Call.RECEIVE, receive(task, portOf(handle)));
}

/** `reply(words)`. The words, or EINVAL, ENOENT, and what can be wrong with a handle that is passed on. */
export function replyOf(words: u64): i64 {
  return words > MESSAGE_WORDS ? Errno.EINVAL : reply(currentTask(), <u32>words);
}

/** `reply_receive(port, words)`. Both, or the errors of either: then neither has happened. */
export function replyReceive(task: Task, number: u64, words: u64): i64 {
  if (words > MESSAGE_WORDS) return Errno.EINVAL;
  const handle = handleOf(task.space, number);
  const error = refusalOf(handle, HandleRight.RECEIVE);
  if (error != 0) return error;
  return settle(task, Call.REPLY_RECEIVE, replyAndReceive(task, portOf(handle), <u32>words));
}

/** Why the task may not use handle `number` as a port with `rights`; 0: it may. */
export function portRefusalOf(number: u64, rights: u32): i64 {
  return refusalOf(handleOf(currentTask().space, number), rights);
}

function refusalOf(handle: Handle | null, rights: u32): i64 {
  if (handle == null || handle.object.kind != ObjectKind.PORT) return Errno.EBADF;
  return handle.may(rights) ? 0 : Errno.EACCES;
}

/** Of one that is not refused. */
function portOf(handle: Handle | null): Port {
  return changetype<Port>(changetype<Handle>(handle).object);
}

function settle(task: Task, call: u32, result: i64): i64 {
  if (result == IpcError.WAITS) waitInCall(task, call);
  return result;
}

if (
  IpcError.NO_ENTRY != Errno.ENOENT ||
  IpcError.NOT_DONE != Errno.EIO ||
  IpcError.BAD_HANDLE != Errno.EBADF ||
  IpcError.NO_MEMORY != Errno.ENOMEM ||
  IpcError.NOT_ALLOWED != Errno.EACCES ||
  IpcError.EXISTS != Errno.EEXIST ||
  IpcError.DESERTED != Errno.EPIPE ||
  IpcError.STUCK != Errno.EDEADLK
)
  ERROR("IpcError has values of Errno");
if (HandleRight.RECEIVE != Right.RECEIVE || HandleRight.SEND != Right.SEND || HandleRight.GRANT != Right.GRANT)
  ERROR("Right has the values of HandleRight");
if (MESSAGE_WORDS != Message.WORDS) ERROR("Message has the layout of ipc/message.ts");
