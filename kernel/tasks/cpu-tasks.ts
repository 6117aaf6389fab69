import { cpuIndex } from "platform";
import { MAX_CPUS } from "../frames/cpu-cache";
import { Task } from "./task";

/**
 * How long the task that a CPU runs may keep it (`turns.ts`):
 *
 *         ┌──────────────(4)─────────────┐
 *         │                              ▼
 *     UNLIMITED ──(1)──▶ WHOLE ──(2)──▶ PART
 *         ▲ ▲──────(3)─────┘             │
 *         └──────────────(3)─────────────┘
 *
 *     1 others wait for the CPU: its timer is set   2 another task runs now   3 the timer has gone off
 *     4 it is set to count how long tasks wait for servers
 */
export namespace TurnState {
  export const UNLIMITED: u32 = 0;
  /** Until the timer goes off. */
  export const WHOLE: u32 = 1;
  /** It came after the timer was set: until that goes off the next time. */
  export const PART: u32 = 2;
}

/**
 * What a CPU does: the task that it runs, and those that are ready to, in the order in which they will. Under the kernel's lock.
 *
 *     byte  0        4       8      12    16          20    24      28
 *           running  lastId  first  last  readyCount  turn  chosen
 */
@unmanaged
@final
export class CpuTasks {
  /** Null: it has nothing to do. */
  running: Task | null;
  /** The number of the task that ran last. */
  lastId: u32;
  first: Task | null;
  last: Task | null;
  readyCount: u32;
  turn: u32;
  /** Which task runs next, before those that are ready: only until the kernel is left. */
  chosen: Task | null;

  /** Those that want it. */
  get load(): u32 {
    return this.readyCount + (this.running != null ? 1 : 0);
  }

  append(task: Task): void {
    const last = this.last;
    task.after = null;
    if (last != null) last.after = task;
    else this.first = task;
    this.last = task;
    this.readyCount += 1;
  }

  /** The one that has waited longest; null when there is none. */
  takeFirst(): Task | null {
    const task = this.first;
    if (task == null) return null;
    this.first = task.after;
    if (this.first == null) this.last = null;
    this.readyCount -= 1;
    return task;
  }

  /** `task` is in the queue. */
  remove(task: Task): void {
    const next = task.after;
    let before: Task | null = this.first == task ? null : this.first;
    while (before != null && before.after != task) before = before.after;
    if (before != null) before.after = next;
    else this.first = next;
    if (next == null) this.last = before;
    this.readyCount -= 1;
  }
}
if (offsetof<CpuTasks>() != 28) ERROR("CpuTasks is 28 bytes");

/** On a cache line of its own. */
const CPU_SHIFT: usize = 6;
const cpus = memory.data(4096, 64);
if (64 << 6 != 4096 || MAX_CPUS != 64) ERROR("cpus holds MAX_CPUS lines");

export function tasksOf(cpu: u32): CpuTasks {
  return changetype<CpuTasks>(cpus + ((<usize>cpu) << CPU_SHIFT));
}

/** Of the CPU that runs this. */
export function ownTasks(): CpuTasks {
  return tasksOf(cpuIndex());
}
