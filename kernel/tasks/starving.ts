import { makeReady } from "./balance";
import { firstTask, Task, TaskState, WaitsFor } from "./task";

/** Tasks whose fault, or call, found no memory, and waits for another CPU to end a task (`room.ts`). When any has ended, they try again. */
let isAnyStarving: bool = false;

/** Do tasks wait for memory that is about to come back? */
export function areAnyStarving(): bool {
  return isAnyStarving;
}

/** The running task: another may run. What it does, an access or a call, it does again. */
export function starve(task: Task): void {
  task.waitsFor = WaitsFor.NOTHING;
  task.state = TaskState.STARVED;
  isAnyStarving = true;
}

/** Some memory may have come back. */
export function feedStarving(): void {
  const first = firstTask();
  if (!isAnyStarving || first == null) return;
  isAnyStarving = false;
  let task = first;
  do {
    if (task.state == TaskState.STARVED) makeReady(task);
    task = task.next;
  } while (task != first);
}
