/**
 * Draws system calls, from the base of the heap, which the boot's seed draws. Each round is a copy's, so that it may unmap what it stands on: it
 * makes calls until it has made enough, or dies, and says by its status how it went. Copies of copies have nobody who is sure to ask, and
 * print what they find, if they still can. What lies between the two lines of dashes is written by the
 * test (`support/calls.ts`), from docs/SYSCALLS.md.
 */
import {
  Ending,
  exit,
  fork,
  heapStart,
  load64,
  messageBuffer,
  print,
  printLine,
  printNumber,
  stackEnd,
  stackStart,
  store64,
  syscall,
  taskNumber,
  textStart,
  wait,
} from "nitros";

// ----------------------------------------------------------------------------------------------------------------
const CALLS: u32 = 1000;
const NUMBERS: u32 = 1;

/** Which calls are drawn, and which errors they may answer with: bit n for -n. Bit 63 is always set, unless the task has wiped its own constants. */
function numberOf(index: u32): u32 {
  return index == 0 ? 2 : 2;
}
function errorsOf(number: u32): u64 {
  return number == 2 ? (<u64>1) << 63 : ((<u64>1) << 63) | ((<u64>1) << 38);
}
/** Calls that give a program without a manifest nothing, whatever their arguments. */
function isForbidden(number: u32): bool {
  return number == 12;
}
// ----------------------------------------------------------------------------------------------------------------

const PAGE: u64 = 4096;
const LOG: u32 = 0;
const EXIT: u32 = 1;
const MMAP: u32 = 4;
const MPROTECT: u32 = 6;
const FORK: u32 = 8;
const SYS_MAP: u32 = 12;
/** Calls from here on take handles, and numbers of words. */
const FIRST_OF_HANDLES: u32 = 20;
const MEMORY_SUPPLY: u32 = 16;
const MEMORY_CLEAN: u32 = 17;
const MSYNC: u32 = 18;
const MEMORY_SERVE: u32 = 19;
const MEMORY_CREATE: u32 = 28;
const HANDLES: u32 = 6;
const POPULATE: u64 = 0x8000;
const WRITE: u64 = 2;
const EXECUTE: u64 = 4;
const WRITE_EXECUTE: u64 = 6;
const ANONYMOUS: u64 = 0x20;
const CONTIGUOUS: u64 = 1;
/** What a copy's copies do, and how many generations there are. */
const ROUND: i32 = 64;
const DEEPEST: u32 = 2;
const OF_A_COPY: i32 = 8;
/** A status of a copy: calls made; or by a call `exit` that was drawn; or this, the number and the error of a call that answered what it may not. */
const DRAWN_EXIT: u32 = 0x2000_0000;
const WRONG: u32 = 0x4000_0000;

let random: u64 = 0;
let depth: u32 = 0;
/** Addresses worth a try: of the task's own regions, and of what it mapped last. */
let heap: u64 = 0;
let stack: u64 = 0;
let stackTop: u64 = 0;
let buffer: u64 = 0;
let text: u64 = 0;
let mapped: u64 = 0;

let done: u32 = 0;
let deaths: u32 = 0;
let wrong: u32 = 0;

export function main(): i32 {
  findRegions();
  random = heap ^ ((<u64>taskNumber()) << 56) ^ 0x9e37_79b9_7f4a_7c15;
  while (done < CALLS) round();
  print("calls: ");
  printNumber(done);
  print(", copies that died of theirs: ");
  printNumber(deaths);
  printLine("");
  return wrong == 0 ? 0 : 1;
}

function findRegions(): void {
  heap = heapStart();
  stack = stackStart();
  stackTop = stackEnd();
  buffer = messageBuffer();
  text = textStart();
  mapped = heap;
}

function round(): void {
  const seed = draw();
  const child = fork();
  if (child == 0) fuzz(seed, ROUND);
  if (child <= 0) {
    done += 1;
    return;
  }
  wait(heap);
  judge(seed, load64(heap));
}

function judge(seed: u64, ending: u64): void {
  const status = <u32>(ending & Ending.STATUS);
  if ((ending & Ending.KILLED) != 0) {
    deaths += 1;
    done += 1;
  } else if ((status & WRONG) != 0) {
    wrong += 1;
    done += 1;
    report(seed, status);
  } else {
    done += max<u32>(1, status & 0xffff);
  }
}

function report(seed: u64, status: u32): void {
  print("wrong: call ");
  printNumber((status >> 8) & 0xffff);
  print((status & 0xff) == 0 ? " was allowed: " : " answered -");
  printNumber(status & 0xff);
  print(", of seed ");
  printNumber(<i64>seed);
  printLine("");
}

/** Does not return. */
function fuzz(seed: u64, calls: i32): void {
  random = seed | 1;
  let made: u32 = 0;
  for (let left = calls; left > 0; left--) {
    made += 1;
    const number = drawNumber();
    const a = drawArgument(number, 0);
    const b = drawArgument(number, 1);
    const c = drawArgument(number, 2);
    const d = drawArgument(number, 3);
    if (number == FORK && depth == DEEPEST) continue;
    const handle: u64 = drawBelow(HANDLES);
    const offset: u64 = <u64>drawBelow(4) * PAGE;
    const result = syscall(number, a, b, c, d, handle, offset);
    if (result < 0) check(number, result);
    else if (givesRightAway(number, b, c, d)) endWrong(number, 0);
    else if (number == FORK && result == 0) {
      depth += 1;
      left = min<i32>(left, OF_A_COPY);
      random = (random ^ ((<u64>taskNumber()) << 32)) | 1;
    } else if (number == MMAP) use(<u64>result, c);
  }
  exit(depth == 0 ? <i32>made : 0);
}

function check(number: u32, result: i64): void {
  const allowed = errorsOf(number);
  if (result > -63 && ((allowed >> (<u64>-result)) & 1) != 0) return;
  if (allowed >> 63 == 0) return;
  endWrong(number, <u32>-result);
}

/** Of a call that has succeeded: ought nobody, or no program without a manifest, have what it gives? */
function givesRightAway(number: u32, b: u64, c: u64, d: u64): bool {
  if (isForbidden(number)) return true;
  if (number == MEMORY_CREATE) return (b & CONTIGUOUS) != 0;
  if (number == MMAP) return (c & WRITE_EXECUTE) == WRITE_EXECUTE || ((d & ANONYMOUS) == 0 && (c & EXECUTE) != 0);
  return number == MPROTECT && (c & WRITE_EXECUTE) == WRITE_EXECUTE;
}

/** Does not return. `error` is 0 for a call that succeeded. */
function endWrong(number: u32, error: u32): void {
  const status = WRONG | ((number & 0xffff) << 8) | (error & 0xff);
  if (depth != 0) report(random, status);
  exit(<i32>status);
}

/** Makes a page of what was mapped. */
function use(address: u64, protection: u64): void {
  mapped = address;
  if ((protection & WRITE) != 0 && (draw() & 1) != 0) store64(address, random);
}

/** Xorshift (Marsaglia, 2003), the high bits. */
function draw(): u64 {
  random ^= random >> 12;
  random ^= random << 25;
  random ^= random >> 27;
  return random * 0x2545_f491_4f6c_dd1d;
}

function drawBelow(end: u32): u32 {
  return <u32>((draw() >> 33) % <u64>end);
}

/** One in sixteen is none that there is. What is written to the console takes long: it comes more seldom. */
function drawNumber(): u32 {
  if (drawBelow(16) == 0) return 1_000_000 + drawBelow(1000);
  const number = numberOf(drawBelow(NUMBERS));
  return (number == LOG || number == EXIT) && drawBelow(8) != 0 ? MMAP : number;
}

function drawArgument(number: u32, place: u32): u64 {
  if (number == EXIT) return (draw() & 0xffff_ffff_0000_0000) | (depth == 0 ? DRAWN_EXIT : 0);
  if (drawBelow(24) == 0) return draw();
  if ((number == MEMORY_CREATE || number == MEMORY_SERVE) && place == 0) return drawLength(number);
  if (number == MEMORY_SERVE) return <u64>drawBelow(HANDLES);
  if (number == MEMORY_SUPPLY || number == MEMORY_CLEAN) return drawForPager(place);
  if (number == MSYNC && place == 2) return 4;
  if (number >= FIRST_OF_HANDLES && drawBelow(4) != 0) return <u64>drawBelow(place == 0 ? 6 : 66);
  if (place == 0) return drawAddress();
  if (number == SYS_MAP && place == 1) return drawPhysical();
  if (place == 1) return drawLength(number);
  if (place == 2) return <u64>drawBelow(8);
  return drawFlags();
}

/** A handle, an offset, an address, a length. */
function drawForPager(place: u32): u64 {
  if (place == 0) return <u64>drawBelow(HANDLES);
  return place == 2 ? drawAddress() : <u64>drawBelow(8) * PAGE;
}

/** A number of a page, near what the task has or where there is a border, and sometimes a byte or so beside it. */
function drawAddress(): u64 {
  const address = drawPlace();
  const kind = drawBelow(8);
  if (kind == 0) return address + 1;
  if (kind == 1) return address - 1;
  if (kind == 2) return address + <u64>drawBelow(16) * PAGE;
  return kind == 3 ? address - PAGE : address;
}

function drawPlace(): u64 {
  const kind = drawBelow(20);
  if (kind < 7) return mapped;
  if (kind < 9) return heap;
  if (kind == 9) return stack;
  if (kind == 10) return stackTop;
  if (kind == 11) return buffer;
  if (kind == 12) return text;
  return drawBorder(kind);
}

function drawBorder(kind: u32): u64 {
  if (kind == 13) return 0x1_0000;
  if (kind == 14) return 0x0000_8000_0000_0000;
  if (kind == 15) return 0x0000_7fff_ffff_f000;
  if (kind == 16) return 0xffff_8000_0000_0000;
  if (kind == 17) return (<u64>drawBelow(0x7fff_ffff)) << 16;
  return 0;
}

/** Of RAM, of devices, and of neither: a program that is no module has none of them. */
function drawPhysical(): u64 {
  const kind = drawBelow(6);
  if (kind < 2) return <u64>drawBelow(0x4000) * PAGE;
  if (kind == 2) return 0xfed0_0000;
  if (kind == 3) return 0xfee0_0000;
  return kind == 4 ? 0 - PAGE : PAGE + 1;
}

/** With POPULATE, nothing between 2 MiB and all of RAM comes of it: nobody else should be short of memory for long. */
function drawLength(number: u32): u64 {
  const kind = drawBelow(16);
  if (kind < 6) return (<u64>drawBelow(8) + 1) * PAGE;
  if (kind < 9) return <u64>drawBelow(64) * PAGE + <u64>drawBelow(3) - 1;
  if (kind == 9) return 0x20_0000;
  if (kind == 10) return drawBelow(16) == 0 ? 0x4000_0000 : 8;
  if (kind == 11) return 0x0000_8000_0000_0000 - mapped;
  if (kind == 12) return 0 - mapped;
  if (kind == 13) return 0 - <u64>drawBelow(3) * PAGE;
  if (kind == 14) return (<u64>1) << (<u64>drawBelow(64));
  return number == LOG ? 8 : 0;
}

/** Mostly flags that there are, and those that must be there: SHARED, PRIVATE, or PRIVATE and ANONYMOUS. */
function drawFlags(): u64 {
  if (drawBelow(8) == 0) return (<u64>1) << (<u64>drawBelow(64));
  let flags: u64 = drawBelow(6) == 0 ? <u64>drawBelow(2) + 1 : 0x22;
  if (drawBelow(3) == 0) flags |= 0x10;
  if (drawBelow(8) == 0) flags |= 0x10_0000;
  if (drawBelow(8) == 0) flags |= 0x1000_0000;
  return drawBelow(4) == 0 ? flags | POPULATE : flags;
}
