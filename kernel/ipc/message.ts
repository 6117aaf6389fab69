import { physLoad64, physStore64 } from "platform";
import { PhysAddr } from "../address/addr";
import { MemoryObject } from "../spaces/memory-object";
import { handleOf, openHandleIn } from "../spaces/handles";
import { Space } from "../spaces/space";
import { Task } from "../tasks/task";
import { IpcError } from "./errors";
import { isRequest, REQUEST_WORDS, writeLetGo, writeRequest } from "./requests";

/**
 * A message, the last 512 bytes of a task's message buffer:
 *
 *     byte  3584 …    4072  4080     4088
 *           61 words  got   to pass  sender
 *
 * To pass: a handle of the sender's, bits 31:0 its number, bits 63:32 the rights that go with it; 0 for none, and when it has been passed. Got:
 * the same of the receiver's, its handle for it. Sender: a task's number; 0: the kernel's own (`requests.ts`).
 */
export const MESSAGE_WORDS: u64 = 61;
const MESSAGE_AT: u64 = 3584;
const GOT_AT: u64 = 4072;
const PASS_AT: u64 = 4080;
const SENDER_AT: u64 = 4088;
const LOW_HALF: u64 = 0xffff_ffff;

/**
 * Gives `to` the message of `from`, of `from.words` words, or the request that it waits in. Both have buffers. The words, or an IpcError: then nothing has
 * been given.
 */
@inline
export function deliver(from: Task, to: Task): i64 {
  return isRequest(from) ? deliverRequest(from, to) : deliverMessage(from, to);
}

/** The same for a sender that is in no request. */
@inline
export function deliverMessage(from: Task, to: Task): i64 {
  const passed = physLoad64(<PhysAddr>(from.space.message + PASS_AT));
  return passed == 0 ? copyWords(from, to, 0) : deliverWithHandleSlowly(from, to, passed);
}

function deliverRequest(from: Task, to: Task): i64 {
  const target = to.space.message;
  writeRequest(from, target + MESSAGE_AT);
  return sign(target, 0, 0, REQUEST_WORDS);
}

/** Called through a variable, so that a message without a handle does not save registers for it: frames/allocator.ts. */
let deliverWithHandleSlowly: (from: Task, to: Task, passed: u64) => i64 = deliverWithHandle;
deliverWithHandleSlowly = deliverWithHandle;

function deliverWithHandle(from: Task, to: Task, passed: u64): i64 {
  const got = pass(from.space, to.space, passed);
  if (got < 0) return got;
  physStore64(<PhysAddr>(from.space.message + PASS_AT), 0);
  return copyWords(from, to, <u64>got);
}

/** With the words goes `got`, what the receiver finds of a handle. */
@inline
function copyWords(from: Task, to: Task, got: u64): i64 {
  const source = from.space.message;
  const target = to.space.message;
  const words = from.words;
  const end = MESSAGE_AT + ((<u64>words) << 3);
  for (let at = MESSAGE_AT; at < end; at += 8)
    physStore64(<PhysAddr>(target + at), physLoad64(<PhysAddr>(source + at)));
  return sign(target, got, from.id, words);
}

/** Tells `to` of an object that was let go: nobody waits for a reply. The words. */
export function deliverLetGo(memory: MemoryObject, to: Task): i64 {
  const target = to.space.message;
  writeLetGo(memory, target + MESSAGE_AT);
  return sign(target, 0, 0, REQUEST_WORDS);
}

/** The rest of a message: returns its words. */
function sign(target: u64, got: u64, sender: u32, words: u32): i64 {
  physStore64(<PhysAddr>(target + GOT_AT), got);
  physStore64(<PhysAddr>(target + SENDER_AT), sender);
  return words;
}

/** What `from`'s reply says of a request: an error when it is below zero. */
export function statusOf(from: Task): i64 {
  return from.words == 0 ? 0 : <i64>physLoad64(<PhysAddr>(from.space.message + MESSAGE_AT));
}

/** What the receiver finds: its number for the handle, and its rights. Never a right that the sender has not. */
function pass(from: Space, to: Space, passed: u64): i64 {
  const handle = handleOf(from, passed & LOW_HALF);
  if (handle == null) return IpcError.BAD_HANDLE;
  const rights = passed >> 32;
  if (!handle.mayPass(rights)) return IpcError.NOT_ALLOWED;
  const got = openHandleIn(to, handle.object, <u32>rights, handle);
  if (got == null) return IpcError.NO_MEMORY;
  return got.number | (rights << 32);
}
