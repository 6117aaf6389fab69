import { physLoad64, physStore64 } from "platform";
import { PhysAddr } from "../address/addr";
import { handleOf, openHandleIn } from "../spaces/handles";
import { Space } from "../spaces/space";
import { Task } from "../tasks/task";
import { IpcError } from "./errors";

/**
 * A message, the last 512 bytes of a task's message buffer:
 *
 *     byte  3584 …    4072  4080     4088
 *           61 words  got   to pass  sender
 *
 * To pass: a handle of the sender's, bits 31:0 its number, bits 63:32 the rights that go with it; 0 for none, and when it has been passed. Got:
 * the same of the receiver's, its handle for it.
 */
export const MESSAGE_WORDS: u64 = 61;
const MESSAGE_AT: u64 = 3584;
const GOT_AT: u64 = 4072;
const PASS_AT: u64 = 4080;
const SENDER_AT: u64 = 4088;
const LOW_HALF: u64 = 0xffff_ffff;

/** Gives `to` the message of `from`, of `from.words` words. Both have buffers. The words, or an IpcError: then nothing has been given. */
export function deliver(from: Task, to: Task): i64 {
  const source = from.space.message;
  const target = to.space.message;
  const passed = physLoad64(<PhysAddr>(source + PASS_AT));
  const got = passed == 0 ? 0 : pass(from.space, to.space, passed);
  if (got < 0) return got;
  if (passed != 0) physStore64(<PhysAddr>(source + PASS_AT), 0);
  const end = MESSAGE_AT + ((<u64>from.words) << 3);
  for (let at = MESSAGE_AT; at < end; at += 8)
    physStore64(<PhysAddr>(target + at), physLoad64(<PhysAddr>(source + at)));
  physStore64(<PhysAddr>(target + GOT_AT), <u64>got);
  physStore64(<PhysAddr>(target + SENDER_AT), from.id);
  return from.words;
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
