import { defineObject, KernelObject, ObjectKind, releaseObject, retainObject } from "../objects/object";
import { MemoryObject, onLetGo } from "../spaces/memory-object";
import { ensureMessageBuffer } from "../spaces/message-buffer";
import { whenAllWait } from "../tasks/ending";
import { onPatienceEnd } from "../tasks/patience";
import { finishCall, finishCallHere, onTaskEnd } from "../tasks/scheduler";
import { firstTask, Task, TaskState, WaitsFor } from "../tasks/task";
import { IpcError } from "./errors";
import { deliver, deliverLetGo, deliverMessage, statusOf } from "./message";
import { forgetPort, Port, queueLetGo, takeLetGo, unname } from "./port";
import { endRequest, isRequest, refuseWaiting } from "./requests";

/**
 * Messages: a task sends one to a port and waits for the reply; another receives it there, and replies. Nothing is kept in between: a message
 * goes from one task's buffer to the other's when both are there, and the CPU with it.
 *
 *     caller                         receiver
 *     call ──┐                       receive ─┐
 *            │ waits: RECEIVER                │ waits: MESSAGE
 *            └────────── message ────────────▶┘
 *            │ waits: REPLY                   works
 *            ┌◀───────── reply ───────────────┐ reply
 *
 * Each of these returns a number of words, an IpcError, or WAITS: then `task.waitsFor` says for what.
 */

/** `task` sends `words` words to `port`. */
export function call(task: Task, port: Port, words: u32): i64 {
  if (port.receivers == 0) return IpcError.DESERTED;
  if (!ensureMessageBuffer(task.space)) return IpcError.NO_MEMORY;
  task.words = words;
  return send(task, port);
}

/** What `task` has to send, or the request that it is in, goes to `port`. */
@inline
export function send(task: Task, port: Port): i64 {
  const receiver = port.first;
  if (receiver == null || receiver.waitsFor != WaitsFor.MESSAGE) return waitAt(port, task, WaitsFor.RECEIVER);
  const delivered = deliver(task, receiver);
  if (delivered < 0) return delivered;
  port.removeFirst(receiver);
  connect(task, receiver);
  finishCallHere(receiver, delivered);
  return IpcError.WAITS;
}

/** `task` takes what is sent to `port`. Whoever still waits for its reply waits in vain. */
export function receive(task: Task, port: Port): i64 {
  if (!ensureMessageBuffer(task.space)) return IpcError.NO_MEMORY;
  abandonCaller(task);
  return receiveNext(task, port);
}

/** `task` replies with `words` words to the one whose message it received last. */
export function reply(task: Task, words: u32): i64 {
  const caller = task.caller;
  if (caller == null) return IpcError.NO_ENTRY;
  task.words = words;
  const delivered = answer(task, caller);
  if (delivered < 0) return delivered;
  disconnect(caller, task);
  finishCall(caller, caller.result);
  return words;
}

/** Both, and the CPU goes to who has got the reply, unless there is the next message already. */
export function replyAndReceive(task: Task, port: Port, words: u32): i64 {
  const caller = task.caller;
  if (caller == null) return IpcError.NO_ENTRY;
  task.words = words;
  const delivered = answer(task, caller);
  if (delivered < 0) return delivered;
  disconnect(caller, task);
  const received = receiveNext(task, port);
  if (received == IpcError.WAITS) finishCallHere(caller, caller.result);
  else finishCall(caller, caller.result);
  return received;
}

/** Gives `caller` the reply of `task`, and what its call returns. Below zero: it cannot be given, and the caller still waits. */
@inline
function answer(task: Task, caller: Task): i64 {
  if (isRequest(caller)) {
    caller.result = endRequest(caller, statusOf(task));
    return 0;
  }
  const delivered = deliverMessage(task, caller);
  if (delivered >= 0) caller.result = delivered;
  return delivered;
}

/** `task` waits no more, for what `result` says. */
function end(task: Task, result: i64): void {
  finishCall(task, endRequest(task, result));
}


@inline
function receiveNext(task: Task, port: Port): i64 {
  return port.hasNews ? takeNews(task, port) : waitAt(port, task, WaitsFor.MESSAGE);
}

/** A message that cannot be delivered is its sender's trouble, not the receiver's: then it may have to wait after all. */
function takeNews(task: Task, port: Port): i64 {
  for (let sender = port.takeFirst(WaitsFor.RECEIVER); sender != null; sender = port.takeFirst(WaitsFor.RECEIVER)) {
    const delivered = deliver(sender, task);
    if (delivered >= 0) {
      connect(sender, task);
      return delivered;
    }
    finishCall(sender, delivered);
  }
  const memory = takeLetGo(port);
  if (memory != null) return tellOf(memory, task);
  return waitAt(port, task, WaitsFor.MESSAGE);
}

function tellOf(memory: MemoryObject, task: Task): i64 {
  const words = deliverLetGo(memory, task);
  releaseObject(memory);
  return words;
}

/** `memory` is let go with pages that its pager has not seen: it is told, now or when it receives next. */
function letGo(memory: MemoryObject): void {
  const port = changetype<Port>(memory.pager);
  if (port.receivers == 0 || memory.isLetGo != 0) return;
  retainObject(memory);
  const receiver = port.takeFirst(WaitsFor.MESSAGE);
  if (receiver == null) queueLetGo(port, memory);
  else finishCall(receiver, tellOf(memory, receiver));
}
onLetGo(letGo);

function waitAt(port: Port, task: Task, waitsFor: u32): i64 {
  task.waitsFor = waitsFor;
  port.append(task);
  return IpcError.WAITS;
}

function connect(caller: Task, receiver: Task): void {
  caller.waitsFor = WaitsFor.REPLY;
  caller.callee = receiver;
  receiver.caller = caller;
}

function disconnect(caller: Task, receiver: Task): void {
  caller.callee = null;
  receiver.caller = null;
}

function abandonCaller(receiver: Task): void {
  const caller = receiver.caller;
  if (caller == null) return;
  disconnect(caller, receiver);
  end(caller, IpcError.DESERTED);
}

/** A task ends: it is in no queue, and nobody waits for it. */
function endConversations(task: Task): void {
  if (task.port != 0) changetype<Port>(task.port).remove(task);
  abandonCaller(task);
  const callee = task.callee;
  if (callee != null) callee.caller = null;
  task.callee = null;
  endRequest(task, IpcError.DESERTED);
}
onTaskEnd(endConversations);

/** A handle of `space` was closed: nobody of that space waits there any more, and nobody at all where nobody can receive; its name is free then. */
function portClosed(object: KernelObject, space: usize): void {
  const port = changetype<Port>(object);
  for (let task = port.first; task != null;) {
    const next = task.after;
    const isOfSpace = changetype<usize>(task.space) == space && !isRequest(task);
    if (isOfSpace || port.receivers == 0) {
      port.remove(task);
      end(task, isOfSpace ? IpcError.BAD_HANDLE : IpcError.DESERTED);
    }
    task = next;
  }
  if (port.receivers != 0) return;
  unname(port);
  for (let memory = takeLetGo(port); memory != null; memory = takeLetGo(port)) releaseObject(memory);
}

function portUnused(object: KernelObject): void {
  forgetPort(changetype<Port>(object));
}
defineObject(ObjectKind.PORT, portClosed, portUnused);

/**
 * All tasks wait, and so for one another. First those learn it that wait for a port, which nobody will make; then those that have sent
 * something; when there are only receivers left, those: their clients have gone.
 */
function wakeStuck(): bool {
  return (
    wakeAll(WaitsFor.PORT, IpcError.NO_ENTRY) ||
    wakeAll(WaitsFor.RECEIVER, IpcError.STUCK) ||
    wakeAll(WaitsFor.REPLY, IpcError.STUCK) ||
    wakeAll(WaitsFor.MESSAGE, IpcError.STUCK)
  );
}
whenAllWait(wakeStuck);

/** False: none waits for that. */
export function wakeAll(waitsFor: u32, result: i64): bool {
  const head = firstTask();
  if (head == null) return false;
  let isAny = false;
  let task = head;
  do {
    if (task.state == TaskState.WAITING && task.waitsFor == waitsFor) {
      stopWaiting(task, result);
      isAny = true;
    }
    task = task.next;
  } while (task != head);
  return isAny;
}

function stopWaiting(task: Task, result: i64): void {
  if (task.port != 0) changetype<Port>(task.port).remove(task);
  const callee = task.callee;
  if (callee != null) callee.caller = null;
  task.callee = null;
  end(task, result);
}

/** The server that `task` has a request to has had its time. What it does with that later is no reply any more. */
function giveUp(task: Task): void {
  refuseWaiting(task);
  stopWaiting(task, IpcError.NOT_DONE);
}
onPatienceEnd(giveUp);
