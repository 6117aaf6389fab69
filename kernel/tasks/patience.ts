import { cpuIndex } from "platform";
import { firstTask, Request, Task } from "./task";
import { keepTime } from "./turns";

/**
 * How long a task waits for a server's pages, or to have them written back: a server that goes on without a reply, or waits itself, keeps nobody for ever. It
 * is counted in turns of one CPU's timer, the clock's, which walks the tasks each time. So the usual way is a store and a comparison: no timer
 * is set there and no clock read; and a machine that stands still for a while uses up nobody's patience.
 *
 *     nobody counts ──(1)──▶ a CPU's timer goes off turn by turn ──(2)──▶ nobody counts
 *
 *     1 a task begins to wait: its CPU is the clock   2 no task waits so any more
 *
 * Where turns have no end patience has none.
 */
let patienceTurns: u32 = 0;
let isCounting: bool = false;
/** The CPU whose timer counts. */
let clock: u32 = 0;

/** Turns of 0 ms: they have no end. */
export function setPatience(milliseconds: u32, turnMilliseconds: u32): void {
  const hasEnd = milliseconds != 0 && turnMilliseconds != 0;
  patienceTurns = hasEnd ? max<u32>(milliseconds / turnMilliseconds, 1) : 0;
}

/** A task of this CPU waits in a Request from now on. */
@inline
export function limitPatience(): void {
  if (!isCounting) beginToCountSlowly();
}

/** Once for all where there is nothing to count. */
function beginToCount(): void {
  isCounting = true;
  clock = cpuIndex();
  if (patienceTurns != 0) keepTime();
}

/** Called through a variable, so that a request while somebody counts does not save registers for it: frames/allocator.ts. */
let beginToCountSlowly: () => void = beginToCount;
beginToCountSlowly = beginToCount;

/** What `ipc/` does for a task that has waited for too long. */
let giveUp: (task: Task) => void = goOnWaiting;

export function onPatienceEnd(end: (task: Task) => void): void {
  giveUp = end;
}

function goOnWaiting(_task: Task): void {}

/** This CPU's timer has gone off. */
export function countPatience(): void {
  if (patienceTurns == 0 || !isCounting || cpuIndex() != clock) return;
  isCounting = growAll();
  if (isCounting) keepTime();
}

/** Does anybody wait? */
function growAll(): bool {
  const head = firstTask();
  let isAnybody = false;
  let task = head;
  while (task != null) {
    if (task.request != Request.NONE) {
      isAnybody = true;
      grow(task);
    }
    task = task.next == head ? null : task.next;
  }
  return isAnybody;
}

function grow(task: Task): void {
  task.age += 1;
  if (task.age == patienceTurns) giveUp(task);
}
