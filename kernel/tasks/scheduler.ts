import { contextForget, contextSetResult, resumeNext } from "platform";
import { enterSpace, leaveSpaces, destroySpace } from "../spaces/space";
import { RecordKind } from "../trace/records";
import { trace, traceTask } from "../trace/trace";
import { collectChild, NOT_YET, orphanChildren } from "./children";
import { reportFailure } from "./fault-report";
import { countEnd } from "./outcome";
import { firstTask, forgetTask, Task, TaskEnd, TaskState } from "./task";

/** Which task runs: round robin over those that are ready. One CPU for now. */
let running: Task | null = null;
/** The number of the task that ran last. */
let lastId: u32 = 0;
/** When none runs: the task after the one that did; null when there is none, or none ran yet. */
let successor: Task | null = null;

/** The running task; the kernel is inside a trap or call of its. */
export function currentTask(): Task {
  assert(running != null, "no task runs");
  return running!;
}

/**
 * Chooses the task to leave to, beginning after the one that ran last, and loads its space. Returns false when none is ready:
 * every task has ended.
 */
export function schedule(): bool {
  const begin = beginning();
  if (begin == null) return false;
  let task = begin;
  while (task.state != TaskState.READY) {
    task = task.next;
    if (task == begin) return false;
  }
  switchTo(task);
  return true;
}

function beginning(): Task | null {
  if (running != null) return running!.next;
  return successor != null ? successor : firstTask();
}

function switchTo(task: Task): void {
  if (task.id != lastId) trace(RecordKind.SWITCH, lastId, task.id, 0);
  lastId = task.id;
  running = task;
  task.state = TaskState.RUNNING;
  traceTask(task.id);
  enterSpace(task.space);
  resumeNext(task.context);
  if (task.pendingCall != 0) finishWaiting(task);
}

/** A child has ended: what the pending call returns is known now, and its task's memory can be reached. */
function finishWaiting(task: Task): void {
  const result = collectChild(task);
  assert(result != NOT_YET, "a task was woken for nothing");
  trace(RecordKind.RESULT, task.pendingCall, 0, result);
  task.pendingCall = 0;
  contextSetResult(task.context, result);
}

/** The running task waits for a child, in `call`: another may run. */
export function waitInCall(call: u32): void {
  currentTask().pendingCall = call;
  currentTask().state = TaskState.WAITING;
}

/** Takes the CPU from the running task, which stays ready. */
export function preempt(): void {
  currentTask().state = TaskState.READY;
}

/** Ends `task` and gives back all its memory; what its registers held goes as well. Its parent, if it has one, can still learn how. */
export function endTask(task: Task, end: u32, status: i32): void {
  release(task);
  orphanChildren(task);
  task.end = end;
  task.status = status;
  const next: Task | null = task.next == task ? null : task.next;
  if (running == task) running = null;
  if (running == null) successor = lastId == 0 ? null : next;
  const parent = task.parent;
  if (parent != null) {
    task.state = TaskState.ENDED;
    if (parent.state == TaskState.WAITING) parent.state = TaskState.READY;
  } else {
    countEnd(end, status);
    forgetTask(task);
  }
}

/** Gives back a task that never ran. */
export function discardTask(task: Task): void {
  destroySpace(task.space);
  forgetTask(task);
}

function release(task: Task): void {
  leaveSpaces();
  destroySpace(task.space);
  contextForget(task.context);
}

/** The running task exits by itself. */
export function exitCurrent(status: i32): void {
  trace(RecordKind.TASK_EXIT, 0, 0, <u64>(<i64>status));
  if (status != 0 && currentTask().parent == null) reportFailure(currentTask(), status);
  endTask(currentTask(), TaskEnd.EXITED, status);
}
