import { contextForget, contextSetResult, cpuIndex, resumeIdle, resumeNext } from "platform";
import { countHere } from "../cpu/counts";
import { zeroInIdleTime } from "../frames/idle";
import { destroySpace } from "../spaces/space";
import { enterSpace, idleInSpace, leaveSpaces } from "../tlb/loaded";
import { CpuEvent } from "../trace/counters";
import { RecordKind } from "../trace/records";
import { trace, tracesEverything, traceTask } from "../trace/trace";
import { makeCallAgain, waitToCallAgain } from "./absent";
import { makeReady, takeNext } from "./balance";
import { collectChild, NOT_YET, orphanChildren, WaitError } from "./children";
import { ownTasks } from "./cpu-tasks";
import { reportFailure } from "./fault-report";
import { reportMemoryIfWanted } from "./memory-report";
import { countEnd } from "./outcome";
import { countPatience } from "./patience";
import { finishSpeaking } from "./speech";
import { feedStarving } from "./starving";
import { forgetTask, keepEnded, Task, TaskEnd, TaskState, WaitsFor } from "./task";
import { isTurnOver, limitTurn, taskChanged } from "./turns";

/** Which task this CPU runs: the one that has been ready longest. All under the kernel's lock. */

/** The running task of this CPU; the kernel is inside a trap or call of its. */
export function currentTask(): Task {
  const running = ownTasks().running;
  assert(running != null, "no task runs");
  return running!;
}

/**
 * Chooses the task to leave to, and loads its space. Returns false when none is ready, or none that does not wait once more: then one of these is loaded, and the
 * CPU must go to sleep.
 */
export function schedule(): bool {
  const task = takeNext(ownTasks());
  return task != null && (goOn(task) || scheduleAnotherSlowly());
}

/** False: the call that it was in waits once more. */
function goOn(task: Task): bool {
  switchTo(task);
  return task.pendingCall == 0 || finishWaiting(task);
}

function switchTo(task: Task): void {
  if (tracesEverything()) traceSwitch(ownTasks().lastId, task.id);
  const own = ownTasks();
  own.lastId = task.id;
  own.running = task;
  task.cpu = cpuIndex();
  taskChanged(own, task);
  task.state = TaskState.RUNNING;
  traceTask(task.id);
  enterSpace(task.space);
  resumeNext(task.context);
}

function traceSwitch(from: u32, to: u32): void {
  if (from != to) trace(RecordKind.SWITCH, from, to, 0);
}

/** What the pending call returns is known now, or when it has been made again. */
function finishWaiting(task: Task): bool {
  const call = task.pendingCall - 1;
  task.pendingCall = 0;
  if (task.waitsFor < WaitsFor.CHILD) return returnFrom(call, task, task.result);
  const result = resultInSpaceSlowly(task, call);
  if (task.state != TaskState.RUNNING) return false;
  // That a page did not come was for this call to know.
  task.missed = 0;
  return returnFrom(call, task, result);
}

function returnFrom(call: u32, task: Task, result: i64): bool {
  trace(RecordKind.RESULT, call, 0, result);
  contextSetResult(task.context, result);
  return true;
}

/** Of a call that is made only here, where the task's memory can be reached, or again; or how a child has ended is stored. */
function resultInSpace(task: Task, call: u32): i64 {
  if (task.waitsFor == WaitsFor.NOTHING) return makeCallAgain(task, call);
  const result = collectChild(task);
  assert(result != NOT_YET, "a task was woken for nothing");
  if (result == WaitError.NOT_WRITABLE) waitToCallAgain(task, call, task.wanted, 0, 0, 0);
  return result;
}

function scheduleAnother(): bool {
  const own = ownTasks();
  for (let task = takeNext(own); task != null; task = takeNext(own)) {
    if (goOn(task)) return true;
  }
  return false;
}

/** Called through variables, so that a switch does not save registers for them: frames/allocator.ts. */
let resultInSpaceSlowly: (task: Task, call: u32) => i64 = resultInSpace;
let scheduleAnotherSlowly: () => bool = scheduleAnother;
resultInSpaceSlowly = resultInSpace;
scheduleAnotherSlowly = scheduleAnother;

/** `task`, the running one, waits in `call` for what `task.waitsFor` says: another may run. */
export function waitInCall(task: Task, call: u32): void {
  task.pendingCall = call + 1;
  task.state = TaskState.WAITING;
}

/** `task` waits no more: the call that it is in returns `result`. */
export function finishCall(task: Task, result: i64): void {
  task.result = result;
  makeReady(task);
}

/** The same, and it is the next that this CPU runs, whose task waits from now on. */
export function finishCallHere(task: Task, result: i64): void {
  task.result = result;
  ownTasks().chosen = task;
}

/** Takes the CPU from the running task, which stays ready, after all others of this CPU. */
export function preempt(): void {
  const task = currentTask();
  task.state = TaskState.READY;
  ownTasks().append(task);
}

/** This CPU's timer has gone off. True: it has slept, and has something to do now. */
export function endTurn(): bool {
  if (isTurnOver()) makeWay();
  countPatience();
  const own = ownTasks();
  return own.running == null && own.readyCount != 0;
}

function makeWay(): void {
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

/** Another CPU has got something to do for this one, which may have found it by itself, or has let somebody wait for it. True: it has, and nothing to run. */
export function wakeUp(): bool {
  const own = ownTasks();
  if (own.running == null) return !runAgain();
  if (own.readyCount != 0) limitTurn(cpuIndex());
  return false;
}

/**
 * If it is for nothing, another CPU has taken the task. That was most likely of the space that this one is idle in. False: it went on with a task, whose call
 * waits once more.
 */
function runAgain(): bool {
  if (schedule()) return true;
  if (ownTasks().running != null) return false;
  leaveSpaces();
  return true;
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
    keepEnded(task);
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
