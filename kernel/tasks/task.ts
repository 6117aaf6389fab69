import { CONTEXT_BYTES } from "platform";
import { MODULE_NAME_BYTES } from "../bootinfo/layout";
import { allocateObject, freeObject, HeapError, makeKind } from "../heap/heap";
import { Space } from "../spaces/space";
import { allocateSpace, freeSpace } from "../spaces/space-pool";

/**
 * The states of a task:
 *
 *     FREE --(1)--> READY <--(2,3)--> RUNNING --(4)--> nothing of it is left
 *                    ▲ ▲               │ │ └──(5)──▶ ENDED --(8)--> nothing of it is left
 *                    │ └─(7)─ WAITING ◀┘(6)
 *                    └──(10)── STARVED ◀┘(9)
 *
 *     1 loaded from its image, or copied   2 chosen by the scheduler   3 yielded, or its turn is over   4 exited, or killed   5 the same, and its
 *     parent lives   6 waits (WaitsFor)   7 it has come   8 its parent has waited for it, or ended   9 its fault found no memory, which another CPU is to make
 *     room for   10 a task has ended
 *
 * When memory is short, a task is killed in whatever state it is: `room.ts`.
 */
export namespace TaskState {
  export const FREE: u32 = 0;
  export const READY: u32 = 1;
  export const RUNNING: u32 = 2;
  export const WAITING: u32 = 3;
  /** Only its number, its parent and how it ended. */
  export const ENDED: u32 = 4;
  export const STARVED: u32 = 5;
}

/** What a task waits for. */
export namespace WaitsFor {
  /** `port`, to take what it sends. */
  export const RECEIVER: u32 = 1;
  /** Who has received what it sent, to reply. */
  export const REPLY: u32 = 2;
  /** `port`, to have something for it. */
  export const MESSAGE: u32 = 3;
  /** Somebody to make the port of the name `wanted`. */
  export const PORT: u32 = 4;
  /** Who asked for the same page of an object before, to get it. */
  export const SUPPLY: u32 = 5;
  /** A child to end. What the call returns is known when the task's memory can be reached; so for those behind. */
  export const CHILD: u32 = 6;
  /** For nothing any more: the call that it is in is to be made again. */
  export const NOTHING: u32 = 7;
}

/** What a task asks the server of an object for, by messages that the kernel makes for it. */
export namespace Request {
  export const NONE: u32 = 0;
  /** Pages that an access wants. */
  export const PAGES: u32 = 1;
  /** To take note of what was written. */
  export const WRITE_BACK: u32 = 2;
  /** The same, since who wrote does not map it any more. Nobody waits for the reply. */
  export const LET_GO: u32 = 3;
}

/** How a task ended. */
export namespace TaskEnd {
  export const EXITED: u32 = 0;
  export const KILLED: u32 = 1;
  /** Its image could not be loaded: it never ran. */
  export const REFUSED: u32 = 2;
}

/** Where a task came from. */
export namespace TaskOrigin {
  export const PROGRAM: u32 = 0;
  export const COPY: u32 = 1;
}

/**
 * A kernel object:
 *
 *     byte  0   4      8           12     16    20        24      28   32      36           40      48     52   56      60        64      72    76
 *           id  state  nameLength  space  next  previous  parent  end  status  pendingCall  wanted  after  cpu  origin  waitsFor  result  port  words
 *
 *     byte  80      84      88       92      96     104    112          116  120     128    160   208       256      1280
 *           caller  callee  request  object  first  bytes  nextWaiting  age  missed  again  name  reserved  context
 *
 * Tasks are a ring, in the order of their numbers. Aligned to 64, as contexts want it.
 */
@unmanaged
@final
export class Task {
  /** 1 for the first task; 0 means the kernel. */
  id: u32;
  state: u32;
  nameLength: u32;
  space: Space;
  next: Task;
  previous: Task;
  /** Whose copy it is; null when it is none, or its parent has ended. */
  parent: Task | null;
  /** TaskEnd. */
  end: u32;
  status: i32;
  /** One more than the number of the call that a waiting task is in; 0 for none. */
  pendingCall: u32;
  /**
   * What it waits for, by CHILD: where it wants its child's Ending, 0 for nowhere; by PORT: the name; with a Request for PAGES: the byte of the object
   * that it misses; by SUPPLY: the page that it misses.
   */
  wanted: u64;
  /** The next in the queue of those that are ready, or wait for the same port; only while it is in one. */
  after: Task | null;
  /** Where it ran last, or is to run first. */
  cpu: u32;
  /** TaskOrigin. */
  origin: u32;
  /** A WaitsFor, while it waits. */
  waitsFor: u32;
  /** What the call returns that it was waiting in. */
  result: i64;
  /** The port, as `ipc/` knows it, in whose queue it is; 0: in none. */
  port: usize;
  /** Words of the message that it sends. */
  words: u32;
  /** Who waits for its reply. */
  caller: Task | null;
  /** Whose reply it waits for. */
  callee: Task | null;
  /** A Request that it waits in. With `object` and NONE it waits for what another has asked for. */
  request: u32;
  /** What pages it waits for: of the memory object, as `ipc/` knows it, from its byte `first` on. */
  object: usize;
  first: u64;
  bytes: u64;
  /** The next of those that wait for pages of that object. */
  nextWaiting: Task | null;
  /** Turns of the timer since it began to wait in a Request: patience.ts. */
  age: u32;
  /** The page that was asked for in vain; 0: none. An access that misses it once more is refused. */
  missed: u64;
  /** Arguments of the call that it is in, if that is to be made again; of `msync`, whose second one is 0 then, if there is more to do. */
  again0: u64;
  again1: u64;
  again2: u64;
  again3: u64;

  get name(): usize {
    return changetype<usize>(this) + NAME_AT;
  }

  /** It has been loaded or copied, and has not ended: its space is whole. */
  get hasSpace(): bool {
    return this.state != TaskState.FREE && this.state != TaskState.ENDED;
  }

  /** Its saved processor state, which only the platform looks into. */
  get context(): usize {
    return changetype<usize>(this) + CONTEXT_AT;
  }
}
if (offsetof<Task>() != 160) ERROR("Task's fields are 160 bytes");
const NAME_AT: usize = 160;
const CONTEXT_AT: usize = 256;
if (<usize>160 + MODULE_NAME_BYTES > 256) ERROR("a name fits before the context");
const TASK_BYTES: u32 = 1280;
if (<usize>256 + CONTEXT_BYTES != 1280 || 1280 % 64 != 0) ERROR("a task ends with its context, aligned to 64");
const taskKind = makeKind("task", TASK_BYTES);

let numbered: u32 = 0;
let first: Task | null = null;

/** Tasks that were given a number, whatever became of them. */
export function taskCount(): u32 {
  return numbered;
}

/** The number of the next task. */
export function numberTask(): u32 {
  numbered += 1;
  return numbered;
}

/** The task with the lowest number; null when there is none. */
export function firstTask(): Task | null {
  return first;
}

/** A new task in state FREE, with an address space that is not made yet; null when there is no memory. */
export function makeTask(id: u32): Task | null {
  const at = allocateObject(taskKind);
  if (at == 0) return null;
  const task = changetype<Task>(at);
  const space = allocateSpace();
  if (space == null) {
    giveBack(task);
    return null;
  }
  task.id = id;
  task.space = space;
  link(task);
  return task;
}

/** Before the first one, which is after the last one. */
function link(task: Task): void {
  const head = first;
  if (head == null) first = task;
  task.next = head == null ? task : head;
  task.previous = head == null ? task : head.previous;
  task.next.previous = task;
  task.previous.next = task;
}

/** Keeps a task that holds nothing any more until its parent has waited for it. For so long its quota has a table less, else copies that end would cost nothing. */
export function keepEnded(task: Task): void {
  task.state = TaskState.ENDED;
  task.space.quota.tablesLeft -= 1;
}

/** Forgets a task that holds nothing any more. */
export function forgetTask(task: Task): void {
  if (task.state == TaskState.ENDED) task.space.quota.tablesLeft += 1;
  const isLast = task.next == task;
  if (first == task) first = isLast ? null : task.next;
  task.next.previous = task.previous;
  task.previous.next = task.next;
  freeSpace(task.space);
  giveBack(task);
}

function giveBack(task: Task): void {
  const error = freeObject(taskKind, changetype<usize>(task));
  assert(error == HeapError.NONE, "a task could not be freed");
}
