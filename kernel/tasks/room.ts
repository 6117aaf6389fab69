import { cpuIndex } from "platform";
import { askToWake } from "../cpu/wake";
import { framesHeldAlone } from "../spaces/holdings";
import { FaultReason } from "../spaces/kinds";
import { RecordKind } from "../trace/records";
import { trace, traceTask } from "../trace/trace";
import { ownTasks, tasksOf } from "./cpu-tasks";
import { reportHolder } from "./fault-report";
import { endTask } from "./scheduler";
import { feedStarving, starve } from "./starving";
import { Task, TaskEnd, TaskState } from "./task";

/**
 * What is done for a fault that no reclaim helps (`clock.ts`): the task ends whose end brings most back, be it the one that faulted or
 * another. So who takes all ends for it, and not who happens to want a page then.
 *
 * One that runs on another CPU is ended there. That CPU is interrupted, and who wants the memory starves until then. One is asked at a time:
 *
 *     nobody ──(1)──▶ asked ──(2)──▶ nobody
 *
 *     1 the CPU is to be interrupted   2 it has been: it has ended the task, or has another now, and all that starve try again
 */
export namespace Room {
  /** The task itself holds most, or nobody's end would bring anything back. */
  export const NONE: u32 = 0;
  export const MADE: u32 = 1;
  /** The task does not run any more: another may. */
  export const COMING: u32 = 2;
}

/** How a task has ended that was killed so: where else is the number of an exception. */
export const HELD_MOST: i32 = 256;

/** The number of the task that another CPU is to end; 0: none. */
let asked: u32 = 0;
let askedCpu: u32 = 0;
/** For whom. */
let askedFor: u32 = 0;

/** Ends one task that holds more than `task`, the running one, which has nothing in hand. A Room. */
export function makeRoom(task: Task): u32 {
  if (asked == task.id) return Room.NONE;
  if (asked == 0) {
    const victim = holderOfMost(task);
    if (victim == task) return Room.NONE;
    if (victim.state != TaskState.RUNNING) return endHere(victim, task);
    askToEnd(victim, task.id);
  }
  starve(task);
  return Room.COMING;
}

/** The task that holds most of what `task` could have. */
function holderOfMost(task: Task): Task {
  let holder = task;
  let most = framesHeldAlone(task.space, task.space);
  for (let other = task.next; other != task; other = other.next) {
    const held = other.hasSpace ? framesHeldAlone(other.space, task.space) : 0;
    if (held <= most) continue;
    holder = other;
    most = held;
  }
  return holder;
}

function endHere(victim: Task, task: Task): u32 {
  if (victim.state == TaskState.READY) tasksOf(victim.cpu).remove(victim);
  endForMemory(victim, task.id);
  traceTask(task.id);
  return Room.MADE;
}

function askToEnd(victim: Task, wantedBy: u32): void {
  asked = victim.id;
  askedCpu = victim.cpu;
  askedFor = wantedBy;
  askToWake(victim.cpu);
}

/** This CPU has been interrupted. True if it was asked to end its task, and has: it needs another. */
export function endIfAsked(): bool {
  if (asked == 0 || askedCpu != cpuIndex()) return false;
  const task = ownTasks().running;
  const isThere = task != null && task.id == asked;
  asked = 0;
  if (isThere) endForMemory(task!, askedFor);
  else feedStarving();
  return isThere;
}

/** Takes a task that runs here, or nowhere and waits in no queue. */
function endForMemory(task: Task, wantedBy: u32): void {
  const frames = framesHeldAlone(task.space, task.space);
  traceTask(task.id);
  trace(RecordKind.TASK_KILLED, frames, wantedBy, (<u64>FaultReason.HELD_MOST) << 16);
  reportHolder(task, frames, wantedBy);
  endTask(task, TaskEnd.KILLED, HELD_MOST);
}
