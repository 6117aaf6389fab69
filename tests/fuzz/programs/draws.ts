import {
  call,
  heapStart,
  messageBuffer,
  physicalAddress,
  portName,
  portOpen,
  stackEnd,
  stackStart,
  store64,
  textStart,
  word,
} from "nitros";
import { NUMBERS, numberOf } from "./knowledge";
import {
  EXIT,
  FIRST_OF_HANDLES,
  IMAGE_OPEN,
  INFO,
  LOG,
  MEMORY_CLEAN,
  MEMORY_CREATE,
  MEMORY_SERVE,
  MEMORY_SUPPLY,
  MMAP,
  MSYNC,
  PAGE,
  PORT_CREATE,
  PORT_OPEN,
  POPULATE,
  SPAWN,
  SYS_MAP,
  TIMER,
  UNLOAD,
} from "./numbers";

/** What is drawn: numbers of calls, and arguments that are worth a try. */

/** Numbers of handles are drawn below. */
export const HANDLES: u32 = 8;
/** A status of a copy that called `exit` by chance. */
const DRAWN_EXIT: u32 = 0x2000_0000;
export const TENANT = portName("tenant");

let random: u64 = 0;
/** Of the task's own regions, what it mapped last, and what a module has in its zone. */
let heap: u64 = 0;
let stack: u64 = 0;
let stackTop: u64 = 0;
let buffer: u64 = 0;
let text: u64 = 0;
let mapped: u64 = 0;
let zone: u64 = 0xffff_9000_0000_0000;

/** Finds what can be drawn. The base of the heap, which the boot's seed draws, differs from boot to boot. */
export function findRegions(): u64 {
  heap = heapStart();
  stack = stackStart();
  stackTop = stackEnd();
  buffer = messageBuffer();
  text = textStart();
  mapped = heap;
  writeNames();
  return heap;
}

/** Asks the tenant where it is in the zone of modules. With that comes a handle of memory that nobody but it may write; its number. */
export function askTenant(): void {
  const port = portOpen(TENANT);
  if (port > 0 && call(<u64>port, 0) == 1) zone = word(0);
}

export function seedDraws(seed: u64): void {
  random = seed;
}

/** The seed of what is drawn next. */
export function drawsFrom(): u64 {
  return random;
}

export function noteMapped(address: u64): void {
  mapped = address;
}

/** The page through which messages go, if it is still there. */
export function messages(): u64 {
  return buffer;
}

/** Xorshift (Marsaglia, 2003), the high bits. */
export function draw(): u64 {
  random ^= random >> 12;
  random ^= random << 25;
  random ^= random >> 27;
  return random * 0x2545_f491_4f6c_dd1d;
}

export function drawBelow(end: u32): u32 {
  return <u32>((draw() >> 33) % <u64>end);
}

/** One in sixteen is none that there is. What is written to the console takes long: it comes more seldom. */
export function drawNumber(): u32 {
  if (drawBelow(16) == 0) return 1_000_000 + drawBelow(1000);
  const number = numberOf(drawBelow(NUMBERS));
  return (number == LOG || number == EXIT) && drawBelow(8) != 0 ? MMAP : number;
}

export function drawArgument(number: u32, place: u32, depth: u32): u64 {
  if (number == EXIT) return (draw() & 0xffff_ffff_0000_0000) | (depth == 0 ? DRAWN_EXIT : 0);
  if (drawBelow(24) == 0) return draw();
  if (number == SPAWN || number == UNLOAD || number == IMAGE_OPEN) return drawName(place);
  if (number == MEMORY_CREATE || number == MEMORY_SERVE) return drawForMemory(number, place);
  if (number == MEMORY_SUPPLY || number == MEMORY_CLEAN) return drawForPager(place);
  if (number == MSYNC && place == 2) return 4;
  if (number >= FIRST_OF_HANDLES && drawBelow(4) != 0) return drawForHandles(number, place);
  if (place == 0) return number == INFO ? <u64>drawBelow(14) : drawAddress();
  if (number == SYS_MAP && place == 1) return drawPhysical();
  if (place == 1) return drawLength(number);
  if (place == 2) return <u64>drawBelow(8);
  return drawFlags();
}

/** A handle, or a name; then rights, or words. */
function drawForHandles(number: u32, place: u32): u64 {
  if ((number == PORT_CREATE || number == PORT_OPEN) && drawBelow(2) == 0) return TENANT;
  return <u64>drawBelow(place == 0 ? HANDLES : 66);
}

/** Bytes; then flags, or a port. */
function drawForMemory(number: u32, place: u32): u64 {
  if (place == 0) return drawBelow(4) == 0 ? drawLength(number) : (<u64>drawBelow(8) + 1) * PAGE;
  if (number == MEMORY_SERVE) return <u64>drawBelow(HANDLES);
  return drawBelow(6) == 0 ? <u64>drawBelow(3) : 0;
}

/** Names of programs and modules, in the heap, which copies have, too: "tenant-1", "tenant-2", "module", and the first and the last without their ends. */
const NAMES_AT: u64 = 2048;

function writeNames(): void {
  store64(heap + NAMES_AT, portName("tenant-1"));
  store64(heap + NAMES_AT + 8, portName("tenant-2"));
  store64(heap + NAMES_AT + 16, portName("module"));
}

function drawName(place: u32): u64 {
  if (place == 0) return heap + NAMES_AT + ((<u64>drawBelow(3)) << 3);
  return drawBelow(2) == 0 ? 8 : 6;
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
  const kind = drawBelow(21);
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
  if (kind == 18) return zone + ((<u64>drawBelow(4)) << 16);
  return 0;
}

/** Of RAM, of devices, of neither, and of contiguous memory of the task's own: a program that is no module has none of them. */
function drawPhysical(): u64 {
  const kind = drawBelow(8);
  if (kind < 2) return <u64>drawBelow(0x4000) * PAGE;
  if (kind < 4) return TIMER;
  if (kind == 4) return 0xfee0_0000;
  if (kind == 5) return drawBelow(2) == 0 ? 0 - PAGE : PAGE + 1;
  return <u64>physicalAddress(drawBelow(HANDLES)) + <u64>drawBelow(3) * PAGE;
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
  let flags: u64 = drawBelow(2) == 0 ? <u64>drawBelow(2) + 1 : 0x22;
  if (drawBelow(3) == 0) flags |= 0x10;
  if (drawBelow(8) == 0) flags |= 0x10_0000;
  if (drawBelow(8) == 0) flags |= 0x1000_0000;
  return drawBelow(4) == 0 ? flags | POPULATE : flags;
}
