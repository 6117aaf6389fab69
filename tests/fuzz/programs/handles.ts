import { load64, store64 } from "nitros";
import { draw, drawBelow, HANDLES, messages } from "./draws";
import { rightsOfMaker } from "./knowledge";
import {
  ANONYMOUS,
  CALL,
  HANDLE_CLOSE,
  IMAGE_OPEN,
  MEMORY_CLEAN,
  MEMORY_CREATE,
  MEMORY_SERVE,
  MEMORY_SUPPLY,
  MMAP,
  MPROTECT,
  MUNMAP,
  PAGE,
  PORT_CREATE,
  PORT_OPEN,
  RECEIVE,
  REPLY,
  REPLY_RECEIVE,
  SHARED,
  SYS_MAP,
  SYS_UNMAP,
  WRITE,
} from "./numbers";

/**
 * What the task's handles allow, by what it was told when it got them: made itself, opened, or passed on. No call may do more by one. Of a handle of which
 * nothing is known nothing is said: the task may have written over this, too.
 */
const CAN_RECEIVE: u64 = 1;
const CAN_SEND: u64 = 2;
const CAN_GRANT: u64 = 4;
const KNOWN: u8 = 0x80;
const MOST: u64 = 60;
const table = memory.data(64);

const GOT_AT: u64 = 4072;
const PASS_AT: u64 = 4080;
/** What the kernel writes over, as long as the buffer is the one that messages go through. */
const UNTOUCHED: u64 = 0xfeed_feed_feed_feed;

/** A page that was mapped by a handle that does not allow to write; 0: none, or it may have gone. */
let lent: u64 = 0;
/** What goes with a message: a handle and rights; 0: none. */
let passed: u64 = 0;

function note(handle: u64, rights: u64): void {
  if (handle <= MOST) store<u8>(table + <usize>handle, KNOWN | (<u8>(rights & 7)));
  else forgetAll();
}

function forgetAll(): void {
  memory.fill(table, 0, 64);
}

/** Is it known not to allow that? */
function lacks(handle: u64, rights: u64): bool {
  if (handle > MOST) return false;
  const known = load<u8>(table + <usize>handle);
  return (known & KNOWN) != 0 && (rights & ~(<u64>known)) != 0;
}

function takesMessages(number: u32): bool {
  return number == CALL || number == RECEIVE || number == REPLY_RECEIVE;
}

function givesMessages(number: u32): bool {
  return number == CALL || number == REPLY || number == REPLY_RECEIVE;
}

/** Before a call: half of the messages have a handle with them, mostly one that there may be, with rights that it may have. */
export function preparePassing(number: u32): void {
  if (givesMessages(number)) {
    const rights = drawBelow(16) == 0 ? draw() >> 32 : <u64>drawBelow(8);
    passed = drawBelow(2) == 0 ? 0 : (<u64>drawBelow(HANDLES)) | (rights << 32);
    store64(messages() + PASS_AT, passed);
  }
  if (takesMessages(number)) store64(messages() + GOT_AT, UNTOUCHED);
}

export function lentPage(): u64 {
  return lent;
}

/** Of a call that has succeeded: has the task by a handle what that does not allow? `port` is `mmap`'s. */
export function exceedsHandles(number: u32, a: u64, b: u64, c: u64, d: u64, port: u64): bool {
  if (number == MMAP) return (d & ANONYMOUS) == 0 && lacks(port, rightsToMap(c, d));
  if (number == MPROTECT) return lent != 0 && (c & WRITE) != 0 && lent - a < b;
  if (number == MEMORY_SUPPLY || number == MEMORY_CLEAN) return lacks(a, CAN_SEND);
  if (number == MEMORY_SERVE) return lacks(b, CAN_RECEIVE);
  if (number == CALL && lacks(a, CAN_SEND)) return true;
  if ((number == RECEIVE || number == REPLY_RECEIVE) && lacks(a, CAN_RECEIVE)) return true;
  return givesMessages(number) && passed != 0 && hasPassed() && lacks(passed & 0xffff_ffff, (passed >> 32) | CAN_GRANT);
}

/** Copies are the task's own to write. */
function rightsToMap(protection: u64, flags: u64): u64 {
  return (flags & SHARED) != 0 && (protection & WRITE) != 0 ? CAN_RECEIVE | CAN_SEND : CAN_RECEIVE;
}

function hasPassed(): bool {
  return load64(messages() + PASS_AT) == 0;
}

/** After that: what there is by handles. */
export function noteMappings(number: u32, b: u64, d: u64, port: u64, result: u64): void {
  if (number == MUNMAP || number == SYS_UNMAP || number == SYS_MAP) lent = 0;
  if (number != MMAP) return;
  if (lent - result < b + PAGE) lent = 0;
  if ((d & ANONYMOUS) == 0 && (d & SHARED) != 0 && lacks(port, CAN_SEND)) lent = result;
}

/** And what handles it has got, or has no more. */
export function noteHandles(number: u32, a: u64, result: u64, family: u32): void {
  if (number == PORT_CREATE) note(result, 7);
  else if (number == MEMORY_CREATE || number == MEMORY_SERVE) note(result, rightsOfMaker(family));
  else if (number == PORT_OPEN) note(result, CAN_SEND | CAN_GRANT);
  else if (number == IMAGE_OPEN) note(result, CAN_RECEIVE | CAN_GRANT);
  else if (number == HANDLE_CLOSE) store<u8>(table + <usize>a, 0);
  else if (takesMessages(number)) noteReceived(load64(messages() + GOT_AT));
}

export function noteReceived(got: u64): void {
  if (got == UNTOUCHED) forgetAll();
  else if (got != 0) note(got & 0xffff_ffff, got >> 32);
}
