import {
  exit,
  memoryBytes,
  physicalAddress,
  print,
  printLine,
  printNumber,
  store64,
  syscall,
  taskNumber,
  textStart,
} from "nitros";
import { draw, drawArgument, drawBelow, drawNumber, drawsFrom, HANDLES, noteMapped, seedDraws } from "./draws";
import { exceedsHandles, lentPage, noteHandles, noteMappings, preparePassing } from "./handles";
import { errorsOf, isForbidden } from "./knowledge";
import {
  ANONYMOUS,
  CONTIGUOUS,
  EXECUTE,
  FORK,
  INFO,
  MEMORY_CREATE,
  MMAP,
  MPROTECT,
  PAGE,
  SYS_MAP,
  TIMER,
  WRITE,
  WRITE_EXECUTE,
} from "./numbers";

/**
 * Calls that are drawn and made until there are enough, the task dies, or one answers what it may not. Its status says how it went. Copies of copies have
 * nobody who is sure to ask, and print what they find, if they still can.
 */

/** What a copy's copies do, and how many generations there are. */
export const ROUND: i32 = 64;
const DEEPEST: u32 = 2;
const OF_A_COPY: i32 = 8;
/** A status: calls made; or this, the number and the error of a call that answered what it may not. */
export const WRONG: u32 = 0x4000_0000;

/** The number of the task that started this one. */
let family: u32 = 0;
let isModule = false;
let depth: u32 = 0;

export function asFamily(number: u32): void {
  family = number;
}

/** As one that may have the timer, and contiguous memory, and start and end others. */
export function asModule(): void {
  isModule = true;
}

export function report(seed: u64, status: u32): void {
  print("wrong: call ");
  printNumber((status >> 8) & 0xffff);
  print((status & 0xff) == 0 ? " was allowed: " : " answered -");
  printNumber(status & 0xff);
  print(", of seed ");
  printNumber(<i64>seed);
  printLine("");
}

/** Does not return. */
export function attemptCalls(seed: u64, calls: i32): void {
  seedDraws(seed | 1);
  let made: u32 = 0;
  for (let left = calls; left > 0; left--) {
    made += 1;
    const number = drawNumber();
    if (number == FORK && depth == DEEPEST) continue;
    if (attempt(number)) left = min<i32>(left, OF_A_COPY);
  }
  exit(depth == 0 ? <i32>made : 0);
}

let a: u64 = 0;
let b: u64 = 0;
let c: u64 = 0;
let d: u64 = 0;
let handle: u64 = 0;
let offset: u64 = 0;

/** True: this is a copy from here on. */
function attempt(number: u32): bool {
  drawArguments(number);
  preparePassing(number);
  const result = syscall(number, a, b, c, d, handle, offset);
  if (result < 0 && !isInZone(number, result)) {
    check(number, result);
    return false;
  }
  if (givesRightAway(number) || exceedsHandles(number, a, b, c, d, handle)) endWrong(number, 0);
  noteMappings(number, b, d, handle, <u64>result);
  noteHandles(number, a, <u64>result, family);
  if (number == MMAP) use(<u64>result);
  if (number == MPROTECT) use(a);
  if (number != FORK || result != 0) return false;
  depth += 1;
  seedDraws((draw() ^ ((<u64>taskNumber()) << 32)) | 1);
  return true;
}

function drawArguments(number: u32): void {
  a = drawArgument(number, 0, depth);
  b = drawArgument(number, 1, depth);
  c = drawArgument(number, 2, depth);
  d = drawArgument(number, 3, depth);
  handle = drawBelow(HANDLES);
  offset = <u64>drawBelow(4) * PAGE;
  if (number == MMAP && (d & ANONYMOUS) == 0 && drawBelow(4) != 0) {
    // The first page of an object, if the handle is one's.
    handle = 2 + <u64>drawBelow(4);
    b = PAGE;
    c &= WRITE | 1;
    offset = 0;
  } else if (number == MPROTECT && lentPage() != 0 && drawBelow(2) == 0) {
    a = lentPage();
    b = PAGE;
    c = WRITE | 1;
  }
}

/** Where a module's text is: below zero, and no error. */
function isInZone(number: u32, result: i64): bool {
  return isModule && number == INFO && <u64>result == textStart();
}

function check(number: u32, result: i64): void {
  const allowed = errorsOf(number, family);
  if (result > -63 && ((allowed >> (<u64>-result)) & 1) != 0) return;
  if (allowed >> 63 == 0) return;
  endWrong(number, <u32>-result);
}

/** Of a call that has succeeded: ought nobody, or not this program, have what it gives? */
function givesRightAway(number: u32): bool {
  if (number == MMAP) return (c & WRITE_EXECUTE) == WRITE_EXECUTE || ((d & ANONYMOUS) == 0 && (c & EXECUTE) != 0);
  if (number == MPROTECT) return (c & WRITE_EXECUTE) == WRITE_EXECUTE;
  if (isModule) return number == SYS_MAP && !mayMap(b, c);
  return isForbidden(number, family) || (number == MEMORY_CREATE && (b & CONTIGUOUS) != 0);
}

/** The timer to be read, and what contiguous memory the module has. */
function mayMap(physical: u64, flags: u64): bool {
  if (physical == TIMER) return (flags & WRITE) == 0;
  for (let handle: u64 = 1; handle <= 60; handle++) {
    const first = physicalAddress(handle);
    if (first > 0 && physical - <u64>first < <u64>memoryBytes(handle)) return true;
  }
  return false;
}

/** Does not return. `error` is 0 for a call that succeeded. */
function endWrong(number: u32, error: u32): void {
  const status = WRONG | ((number & 0xffff) << 8) | (error & 0xff);
  if (depth != 0) report(drawsFrom(), status);
  exit(<i32>status);
}

/** Writes what may be written, half of it. */
function use(address: u64): void {
  noteMapped(address);
  if ((c & WRITE) != 0 && (draw() & 1) != 0) store64(address, draw());
}
