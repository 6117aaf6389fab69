import { contextForget, contextSetResult, cpuIndex, resumeIdle, resumeNext } from "platform";
import { countHere } from "../cpu/counts";
import { zeroInIdleTime } from "../frames/idle";
import { destroySpace } from "../spaces/space";
import { enterSpace, idleInSpace, leaveSpaces } from "../tlb/loaded";
import { CpuEvent } from "../trace/counters";
import { RecordKind } from "../trace/records";
import { trace, traceTask } from "../trace/trace";
import { makeCallAgain, waitToCallAgain } from "./absent";
import { makeReady, takeReady } from "./balance";
import { collectChild, NOT_YET, orphanChildren, WaitError } from "./children";
import { CpuTasks, ownTasks } from "./cpu-tasks";
import { reportFailure } from "./fault-report";
import { reportMemoryIfWanted } from "./memory-report";
import { countEnd } from "./outcome";
import { finishSpeaking } from "./speech";
import { feedStarving } from "./starving";
import { forgetTask, Task, TaskEnd, TaskState, WaitsFor } from "./task";
import { isTurnOver, limitTurn, taskChanged } from "./turns";

/** Which task this CPU runs: the one that has been ready longest. All under the kernel's lock. */

/** The running task of this CPU; the kernel is inside a trap or call of its. */
export function currentTask(): Task {
  const running = ownTasks().running;
  assert(running != null, "no task runs");
  return running!;
}

/** Chooses the task to leave to, and loads its space. Returns false when none is ready. */
export function schedule(): bool {
  const own = ownTasks();
  for (let task = takeReady(own); task != null; task = takeReady(own)) {
    switchTo(own, task);
    // Unless the call that it was in waits once more.
    if (task.state == TaskState.RUNNING) return true;
  }
  return false;
}

function switchTo(own: CpuTasks, task: Task): void {
  if (task.id != own.lastId) trace(RecordKind.SWITCH, own.lastId, task.id, 0);
  own.lastId = task.id;
  own.running = task;
  task.cpu = cpuIndex();
  task.state = TaskState.RUNNING;
  taskChanged(own);
  traceTask(task.id);
  enterSpace(task.space);
  resumeNext(task.context);
  if (task.pendingCall != 0) finishWaiting(task);
}

/** What the pending call returns is known now, or when it has been made again. */
function finishWaiting(task: Task): void {
  const call = task.pendingCall - 1;
  task.pendingCall = 0;
  const result = resultOf(task, call);
  if (task.state != TaskState.RUNNING) return;
  trace(RecordKind.RESULT, call, 0, result);
  contextSetResult(task.context, result);
}

/** How a child has ended is stored only here, where the task's memory can be reached. */
function resultOf(task: Task, call: u32): i64 {
  if (task.waitsFor == WaitsFor.NOTHING) return makeCallAgain(task, call);
  if (task.waitsFor != WaitsFor.CHILD) return task.result;
  const result = collectChild(task);
  assert(result != NOT_YET, "a task was woken for nothing");
  if (result == WaitError.NOT_WRITABLE) waitToCallAgain(task, call, task.wanted, 0, 0, 0);
  return result;
}

/** The running task waits, in `call`, for what `waitsFor` says: another may run. */
export function waitInCall(call: u32, waitsFor: u32): void {
  const task = currentTask();
  task.pendingCall = call + 1;
  task.waitsFor = waitsFor;
  task.state = TaskState.WAITING;
}

/** `task` waits no more: the call that it is in returns `result`. */
export function finishCall(task: Task, result: i64): void {
  task.result = result;
  makeReady(task);
}

/** The same, and it is the next that this CPU runs. */
export function finishCallHere(task: Task, result: i64): void {
  task.result = result;
  task.state = TaskState.READY;
  ownTasks().prepend(task);
}

/** Takes the CPU from the running task, which stays ready, after all others of this CPU. */
export function preempt(): void {
  const task = currentTask();
  task.state = TaskState.READY;
  ownTasks().append(task);
}

/** This CPU's timer has gone off. */
export function endTurn(): void {
  if (!isTurnOver()) return;
  countHere(CpuEvent.PREEMPTIONS);
  preempt();
  schedule();
}

/** Frames zeroed each time a CPU goes to sleep: some microseconds, since the kernel's lock is held. */
const IDLE_FRAMES: u32 = 32;

/** No task is ready: the CPU leaves to none, and waits to be woken. The root of the space that it ran stays loaded: perhaps it will run it again. */
export function sleep(): void {
  ownTasks().running = null;
  idleInSpace();
  traceTask(0);
  resumeIdle();
  zeroInIdleTime(IDLE_FRAMES);
}

/** Another CPU has got something to do for this one, which may have found it by itself, or has let somebody wait for it. */
export function wakeUp(): void {
  const own = ownTasks();
  if (own.running == null) runAgain();
  else if (own.readyCount != 0) limitTurn(cpuIndex());
}

/** If it is for nothing, another CPU has taken the task. That was most likely of the space that this one is idle in. */
function runAgain(): void {
  if (!schedule()) leaveSpaces();
}

/** What `ipc/` does for a task that ends: nobody waits for it, and it is in no queue. */
let endConversations: (task: Task) => void = haveNone;

export function onTaskEnd(end: (task: Task) => void): void {
  endConversations = end;
}

function haveNone(_task: Task): void {}

/** Ends `task` and gives back all its memory; what its registers held goes as well. Its parent, if it has one, can still learn how. */
export function endTask(task: Task, end: u32, status: i32): void {
  finishSpeaking(task);
  endConversations(task);
  reportMemoryIfWanted(task.space);
  release(task);
  orphanChildren(task);
  task.end = end;
  task.status = status;
  if (ownTasks().running == task) ownTasks().running = null;
  const parent = task.parent;
  if (parent != null) {
    task.state = TaskState.ENDED;
    if (parent.state == TaskState.WAITING && parent.waitsFor == WaitsFor.CHILD) makeReady(parent);
  } else {
    countEnd(task);
    forgetTask(task);
  }
  feedStarving();
}

/** Gives back a task that never ran. */
export function discardTask(task: Task): void {
  destroySpace(task.space);
  forgetTask(task);
}

/** The task runs here, or nowhere: its space is loaded nowhere else. */
function release(task: Task): void {
  if (task.space.loadedOn != 0) leaveSpaces();
  destroySpace(task.space);
  contextForget(task.context);
}

/** The running task exits by itself. */
export function exitCurrent(status: i32): void {
  trace(RecordKind.TASK_EXIT, 0, 0, <u64>(<i64>status));
  if (status != 0 && currentTask().parent == null) reportFailure(currentTask(), status);
  endTask(currentTask(), TaskEnd.EXITED, status);
}
