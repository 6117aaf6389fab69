import { CONTEXT_BYTES } from "platform";
import { MODULE_NAME_BYTES } from "../bootinfo/layout";
import { MAX_SPACES, Space, spaceAt } from "../spaces/space";

/**
 * The states of a task:
 *
 *     FREE --(1)--> READY <--(2,3)--> RUNNING --(4)--> ENDED
 *
 *     1 loaded from its image   2 chosen by the scheduler   3 yielded   4 exited, or killed by a fault
 */
export namespace TaskState {
  export const FREE: u32 = 0;
  export const READY: u32 = 1;
  export const RUNNING: u32 = 2;
  export const ENDED: u32 = 3;
}

/** How a task ended. */
export namespace TaskEnd {
  export const EXITED: u32 = 0;
  export const KILLED: u32 = 1;
  /** Its image could not be loaded: it never ran. */
  export const REFUSED: u32 = 2;
}


@unmanaged
@final
export class Task {
  /** 1 for the first task; 0 means the kernel. */
  id: u32;
  state: u32;
  end: u32;
  status: i32;
  nameLength: u32;
  reserved: u32;

  get name(): usize {
    return names + <usize>(this.id - 1) * MODULE_NAME_BYTES;
  }

  get space(): Space {
    return spaceAt(this.id - 1);
  }

  /** Its saved processor state, which only the platform looks into. */
  get context(): usize {
    return contexts + <usize>(this.id - 1) * CONTEXT_BYTES;
  }
}
if (offsetof<Task>() != 24) ERROR("Task is 24 bytes");

export const MAX_TASKS: u32 = 64;
if (64 != MAX_SPACES) ERROR("every task has a space");
const TASK_BYTES: usize = 24;
const tasks = memory.data(1536, 8);
const names = memory.data(3072, 8);
const contexts = memory.data(65536, 64);
if (64 * 24 != 1536) ERROR("the table holds MAX_TASKS tasks");
if (64 * 48 != 3072 || MODULE_NAME_BYTES != 48) ERROR("names holds MAX_TASKS names");
if (<usize>64 * CONTEXT_BYTES > 65536) ERROR("contexts holds MAX_TASKS contexts");

let made: u32 = 0;

/** Tasks made so far; their numbers are 1 to this. */
export function taskCount(): u32 {
  return made;
}

/** Task number `id`, from 1 to `taskCount()`. */
export function taskAt(id: u32): Task {
  assert(id >= 1 && id <= made);
  return changetype<Task>(tasks + <usize>(id - 1) * TASK_BYTES);
}

/** A new task in state FREE, whose name the caller writes; null when the table is full. */
export function makeTask(): Task | null {
  if (made == MAX_TASKS) return null;
  made += 1;
  const task = taskAt(made);
  task.id = made;
  return task;
}
