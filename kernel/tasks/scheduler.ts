import { contextForget, resumeNext } from "platform";
import { enterSpace, leaveSpaces, destroySpace } from "../spaces/space";
import { RecordKind } from "../trace/records";
import { trace, traceTask } from "../trace/trace";
import { reportFailure } from "./fault-report";
import { firstTask, forgetTask, Task, TaskEnd, TaskState } from "./task";

/** Which task runs: round robin over those that are ready. One CPU for now. */
let running: Task | null = null;
/** The number of the task that ran last. */
let lastId: u32 = 0;
/** When none runs: the task after the one that did; null when there is none, or none ran yet. */
let successor: Task | null = null;

let failed: u32 = 0;

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
}

/** Takes the CPU from the running task, which stays ready. */
export function preempt(): void {
  currentTask().state = TaskState.READY;
}

/** Ends `task` and gives back all its memory; what its registers held goes as well. There is no such task any more. */
export function endTask(task: Task, end: u32, status: i32): void {
  if (end != TaskEnd.EXITED || status != 0) countFailure();
  leaveSpaces();
  destroySpace(task.space);
  contextForget(task.context);
  const next: Task | null = task.next == task ? null : task.next;
  if (running == task) running = null;
  if (running == null) successor = lastId == 0 ? null : next;
  forgetTask(task);
}

/** A program that did not end well, or never began. */
export function countFailure(): void {
  failed += 1;
}

export function failureCount(): u32 {
  return failed;
}

/** The running task exits by itself. */
export function exitCurrent(status: i32): void {
  trace(RecordKind.TASK_EXIT, 0, 0, <u64>(<i64>status));
  if (status != 0) reportFailure(currentTask(), status);
  endTask(currentTask(), TaskEnd.EXITED, status);
}
