import { contextForget, resumeNext } from "platform";
import { enterSpace, leaveSpaces, destroySpace } from "../spaces/space";
import { RecordKind } from "../trace/records";
import { trace, traceTask } from "../trace/trace";
import { reportFailure } from "./fault-report";
import { Task, taskAt, taskCount, TaskEnd, TaskState } from "./task";

/** Which task runs: round robin over those that are ready. One CPU for now. */
let running: u32 = 0;

/** The running task; the kernel is inside a trap or call of its. */
export function currentTask(): Task {
  return taskAt(running);
}

/**
 * Chooses the task to leave to, beginning after the one that ran last, and loads its space. Returns false when none is ready:
 * every task has ended.
 */
export function schedule(): bool {
  const count = taskCount();
  for (let step: u32 = 1; step <= count; step++) {
    const task = taskAt(((running + step - 1) % count) + 1);
    if (task.state == TaskState.READY) {
      switchTo(task);
      return true;
    }
  }
  return false;
}

function switchTo(task: Task): void {
  if (task.id != running) trace(RecordKind.SWITCH, running, task.id, 0);
  running = task.id;
  task.state = TaskState.RUNNING;
  traceTask(task.id);
  enterSpace(task.space);
  resumeNext(task.context);
}

/** Takes the CPU from the running task, which stays ready. */
export function preempt(): void {
  currentTask().state = TaskState.READY;
}

/** Ends `task` and gives back all its memory; what its registers held goes as well. */
export function endTask(task: Task, end: u32, status: i32): void {
  task.state = TaskState.ENDED;
  task.end = end;
  task.status = status;
  leaveSpaces();
  destroySpace(task.space);
  contextForget(task.context);
}

/** The running task exits by itself. */
export function exitCurrent(status: i32): void {
  trace(RecordKind.TASK_EXIT, 0, 0, <u64>(<i64>status));
  if (status != 0) reportFailure(currentTask(), status);
  endTask(currentTask(), TaskEnd.EXITED, status);
}
