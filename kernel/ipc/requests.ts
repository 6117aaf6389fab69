import { physStore64 } from "platform";
import { PhysAddr } from "../address/addr";
import { PAGE_BYTES } from "../address/pages";
import { releaseObject, retainObject } from "../objects/object";
import { MemoryObject, pageThere } from "../spaces/memory-object";
import { makeReady } from "../tasks/balance";
import { Request, Task, WaitsFor } from "../tasks/task";
import { IpcError } from "./errors";

/**
 * What a task asks the server of an object for: a call that the kernel makes for it, with a message of the kernel's (sender 0):
 *
 *     word  0     1    2      3
 *           kind  key  first  bytes       kind: a Request; key: what the server calls the object; first: a byte of the object
 *
 * The reply's first word, if it has one, says whether it was done: an error when it is below zero.
 *
 *     the first to miss a page    asks, and waits as a caller: RECEIVER, REPLY. Its access is made again when there is the reply.
 *     others that miss one of
 *     those that were asked for   wait for SUPPLY: until the page is there, or the reply, whichever comes first
 *
 * Those that wait for pages of an object are in its list, and hold it.
 */
export const REQUEST_WORDS: u32 = 4;

export function isRequest(task: Task): bool {
  return task.request != Request.NONE;
}

/** Writes `task`'s request where messages begin, at `target`. */
export function writeRequest(task: Task, target: u64): void {
  const memory = changetype<MemoryObject>(task.object);
  writeWords(target, task.request, memory.key, task.first, task.bytes);
}

/** The same of an object that was let go. */
export function writeLetGo(memory: MemoryObject, target: u64): void {
  writeWords(target, Request.LET_GO, memory.key, 0, memory.bytes);
}

function writeWords(target: u64, kind: u64, key: u64, first: u64, bytes: u64): void {
  physStore64(<PhysAddr>target, kind);
  physStore64(<PhysAddr>(target + 8), key);
  physStore64(<PhysAddr>(target + 16), first);
  physStore64(<PhysAddr>(target + 24), bytes);
}

/** `task` waits for `bytes` of `memory` from byte `first` on: it has asked for them, or somebody else has. */
export function beginRequest(task: Task, request: u32, memory: MemoryObject, first: u64, bytes: u64): void {
  task.request = request;
  task.object = changetype<usize>(memory);
  task.first = first;
  task.bytes = bytes;
  task.age = 0;
  task.nextWaiting = changetype<Task | null>(memory.waiting);
  memory.waiting = changetype<usize>(task);
  retainObject(memory);
}

/**
 * `task` waits no more, with `result` for what it asked for, if it asked for anything. What the call that it is in returns, unless that, or its access, is
 * made again.
 */
export function endRequest(task: Task, result: i64): i64 {
  if (task.object == 0) return result;
  const memory = changetype<MemoryObject>(task.object);
  const request = task.request;
  takeOut(memory, task);
  task.request = Request.NONE;
  task.object = 0;
  const isDone = result >= 0;
  if (request == Request.PAGES) pagesAnswered(task, memory);
  releaseObject(memory);
  if (request == Request.WRITE_BACK && !isDone) return IpcError.NOT_DONE;
  if (request == Request.WRITE_BACK && task.again1 == 0) return 0;
  task.waitsFor = WaitsFor.NOTHING;
  return 0;
}

/** What has not come is refused when it is missed once more. */
function pagesAnswered(task: Task, memory: MemoryObject): void {
  if (pageThere(memory, task.wanted) != 0) task.missed = 0;
  if (memory.waiting != 0) wakeWaiting(memory, task.first, task.bytes);
}

function takeOut(memory: MemoryObject, task: Task): void {
  const next = task.nextWaiting;
  task.nextWaiting = null;
  if (memory.waiting == changetype<usize>(task)) {
    memory.waiting = changetype<usize>(next);
    return;
  }
  let at = changetype<Task>(memory.waiting);
  while (at.nextWaiting != task) at = changetype<Task>(at.nextWaiting);
  at.nextWaiting = next;
}

/** Has somebody asked for the page at byte `offset`? */
export function isAskedFor(memory: MemoryObject, offset: u64): bool {
  let task = firstWaiting(memory);
  while (task != null && (task.request != Request.PAGES || offset - task.first >= task.bytes)) task = task.nextWaiting;
  return task != null;
}

/** Those that wait for what others asked for, and want a page of `bytes` from byte `first` on, try again. */
export function wakeWaiting(memory: MemoryObject, first: u64, bytes: u64): void {
  for (let task = firstWaiting(memory); task != null;) {
    const next = task.nextWaiting;
    if (task.request == Request.NONE && task.first - first < bytes) {
      endRequest(task, 0);
      makeReady(task);
    }
    task = next;
  }
}

/** What `task` has asked for does not come: those that wait for it, too, are refused when they miss it once more. */
export function refuseWaiting(task: Task): void {
  if (task.request != Request.PAGES) return;
  let other = firstWaiting(changetype<MemoryObject>(task.object));
  while (other != null) {
    if (other.request == Request.NONE && other.first - task.first < task.bytes) other.missed = other.wanted;
    other = other.nextWaiting;
  }
}

function firstWaiting(memory: MemoryObject): Task | null {
  return changetype<Task | null>(memory.waiting);
}

/** Pages in one request, if so many are missing: what one message costs is shared by them. A power of two. */
export const CLUSTER_PAGES: u64 = 16;
export const CLUSTER_BYTES: u64 = CLUSTER_PAGES * PAGE_BYTES;
