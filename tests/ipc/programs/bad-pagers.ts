/** Servers that do not supply what is missed: who misses it dies of it, with a report, and nobody waits for ever. */
import {
  Errno,
  Ending,
  exit,
  fork,
  handleClose,
  heapStart,
  load64,
  log,
  memoryCreate,
  memoryServe,
  memorySupply,
  mmapShared,
  msync,
  portCreate,
  print,
  printLine,
  printNumber,
  Protect,
  receive,
  reply,
  setWord,
  store64,
  textStart,
  wait,
  yieldNow,
} from "nitros";

const PAGE: u64 = 4096;
const BYTES: u64 = 4 * PAGE;
const READ_WRITE: u64 = Protect.READ | Protect.WRITE;
const PAGE_FAULT: u64 = 14;
let failures = 0;

/** What servers do with the first request, after which they end. */
const REPLIES_WITHOUT: u32 = 0;
const REPLIES_ERROR: u32 = 1;
const RECEIVES_AGAIN: u32 = 2;
const ENDS: u32 = 3;
const SUPPLIES_ANOTHER: u32 = 4;
const SUPPLIES_NOT_ITS_OWN: u32 = 5;
const CLOSES_PORT: u32 = 6;
const WAYS: u32 = 7;

export function main(): i32 {
  for (let way: u32 = 0; way < WAYS; way++) badServer(way);
  nobodyServes();
  notWritten();
  missedInPassing();
  printLine(failures == 0 ? "nobody got what was not there, and nobody waits" : "failed");
  return failures;
}

/** Somebody is busy until the clients have ended: not all wait for one another, and nobody is told that they did. */
function badServer(way: u32): void {
  const port = <u64>portCreate(0);
  const file = <u64>memoryServe(BYTES, port, way);
  const at = <u64>mmapShared(0, BYTES, READ_WRITE, 0, file, 0);
  const flag = <u64>mmapShared(0, PAGE, READ_WRITE, 0, <u64>memoryCreate(PAGE), 0);
  const server = fork();
  if (server == 0) misserve(way, port, file);
  handleClose(port);
  const busy = beBusy(flag);
  // Two that miss the same page, and one that misses another.
  for (let i: u64 = 0; i < 3; i++) {
    if (fork() == 0) exit(<i32>load64(at + (i == 2 ? PAGE : 0)));
  }
  let clients = 3;
  for (let i = 0; i < 5; i++) {
    const ended = wait(heapStart());
    const isClient = ended != server && ended != busy;
    expect(way, load64(heapStart()), isClient ? Ending.KILLED | PAGE_FAULT : 0);
    if (isClient) clients -= 1;
    if (clients == 0) store64(flag, 1);
  }
  handleClose(file);
}

/** Until a word is written at `flag`. */
function beBusy(flag: u64): i64 {
  const task = fork();
  if (task != 0) return task;
  while (load64(flag) == 0) yieldNow();
  exit(0);
  return 0;
}

/** Does not return. */
function misserve(way: u32, port: u64, file: u64): void {
  while (receive(port) >= 0) {
    yieldNow();
    if (way == REPLIES_WITHOUT) reply(0);
    else if (way == REPLIES_ERROR) replyError();
    else if (way == RECEIVES_AGAIN) continue;
    else if (way == ENDS) exit(0);
    else if (way == SUPPLIES_ANOTHER) supplyAnother(file);
    else if (way == SUPPLIES_NOT_ITS_OWN) supplyOthers(file);
    else if (way == CLOSES_PORT) handleClose(port);
  }
  exit(0);
}

function replyError(): void {
  setWord(0, <u64>Errno.ENOENT);
  reply(1);
}

/** A page that nobody has asked for. */
function supplyAnother(file: u64): void {
  memorySupply(file, 2 * PAGE, heapStart(), PAGE);
  reply(0);
}

function supplyOthers(file: u64): void {
  const wrong: u64 = 0x1234_0000_0000;
  if (memorySupply(file, 0, wrong, PAGE) != Errno.EFAULT) exit(1);
  if (memorySupply(file, 0, 0, PAGE) != Errno.EINVAL) exit(2);
  if (memorySupply(file, 0, <u64>i64.MIN_VALUE, PAGE) != Errno.EINVAL) exit(3);
  if (memorySupply(file, 0, textStart() & ~(PAGE - 1), PAGE + 1) != Errno.EINVAL) exit(4);
  reply(0);
}

/** All wait: the one that misses a page, and so everybody else. */
function nobodyServes(): void {
  const port = <u64>portCreate(0);
  const file = <u64>memoryServe(BYTES, port, 0);
  const at = <u64>mmapShared(0, BYTES, READ_WRITE, 0, file, 0);
  if (fork() == 0) exit(<i32>load64(at));
  wait(heapStart());
  expect(WAYS, load64(heapStart()), Ending.KILLED | PAGE_FAULT);
  handleClose(port);
  handleClose(file);
}

/** A server that takes no note of what was written. */
function notWritten(): void {
  const port = <u64>portCreate(0);
  const file = <u64>memoryServe(BYTES, port, 0);
  const at = <u64>mmapShared(0, BYTES, READ_WRITE, 0, file, 0);
  if (fork() == 0) {
    receive(port);
    memorySupply(file, 0, heapStart() & ~(PAGE - 1), BYTES);
    reply(0);
    receive(port);
    replyError();
    exit(0);
  }
  store64(at, 1);
  expect(WAYS + 1, <u64>msync(at, BYTES), <u64>Errno.EIO);
  wait(0);
  handleClose(port);
  expect(WAYS + 2, <u64>msync(at, BYTES), <u64>Errno.EIO);
}

/** What a call misses and can do without is not what the next one waits for. */
function missedInPassing(): void {
  const port = <u64>portCreate(0);
  const half = <u64>memoryServe(2 * PAGE, port, 0);
  const file = <u64>memoryServe(2 * PAGE, port, 0);
  memorySupply(half, 0, heapStart() & ~(PAGE - 1), PAGE);
  const at = <u64>mmapShared(0, 2 * PAGE, Protect.READ, 0, half, 0);
  expect(WAYS + 3, <u64>memorySupply(file, 0, at, 2 * PAGE), PAGE);
  if (fork() == 0) exit(log(0x1234_0000_0000, 1) == Errno.EFAULT ? 0 : 1);
  // Nothing is asked for.
  expect(WAYS + 5, <u64>receive(port), <u64>Errno.EDEADLK);
  wait(heapStart());
  expect(WAYS + 4, load64(heapStart()), 0);
  handleClose(port);
}

function expect(way: u32, found: u64, wanted: u64): void {
  if (found == wanted) return;
  failures += 1;
  print("way ");
  printNumber(way);
  print(" gave ");
  printNumber(<i64>found);
  printLine("");
}
