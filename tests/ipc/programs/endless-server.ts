/** A server that takes a request for pages and goes on for ever: who waits for it dies of the access, or is told that it is in vain. */
import {
  Ending,
  Errno,
  exit,
  fork,
  heapStart,
  load64,
  log,
  memoryCreate,
  memoryServe,
  memorySupply,
  mmapShared,
  msync,
  portCreate,
  portName,
  portOpen,
  printLine,
  Protect,
  receive,
  reply,
  store64,
  wait,
} from "nitros";

const PAGE: u64 = 4096;
const CLUSTER: u64 = 16 * PAGE;
const BYTES: u64 = 4 * CLUSTER;
const READ_WRITE: u64 = Protect.READ | Protect.WRITE;
const KILLED: u64 = Ending.KILLED | 14;
/** The status of those that have found out otherwise. */
const TOLD: u64 = 3;
/** Two want the same page, and one another that is asked for apart. Then one that logs a page, and one that has written one. */
const READERS = 3;
const CLIENTS = 5;

let at: u64 = 0;
let failures = 0;

export function main(): i32 {
  const isOver = <u64>mmapShared(0, PAGE, READ_WRITE, 0, <u64>memoryCreate(PAGE), 0);
  const port = <u64>portCreate(0);
  const file = <u64>memoryServe(BYTES, port, 0);
  at = <u64>mmapShared(0, BYTES, READ_WRITE, 0, file, 0);
  memorySupply(file, 3 * CLUSTER, heapStart() & ~(PAGE - 1), PAGE);
  const server = fork();
  if (server == 0) serveForEver(port, file, isOver);
  const blocked = fork();
  if (blocked == 0) waitForEver();
  for (let number = 0; number < CLIENTS; number++) if (fork() == 0) exit(client(number));
  waitForClients();
  store64(isOver, 1);
  expectEnd(wait(heapStart()), server, 0);
  // Nobody but this task is left, and it waits.
  expectEnd(wait(heapStart()), blocked, 0);
  if (failures == 0) printLine("nobody waits for ever");
  return failures;
}

function client(number: i32): i32 {
  if (number < READERS) return <i32>load64(at + (number == 2 ? CLUSTER : 0));
  const isTold = number == READERS ? log(at + 2 * CLUSTER, 1) == Errno.EFAULT : isNotTaken(at + 3 * CLUSTER);
  return isTold ? <i32>TOLD : 1;
}

function isNotTaken(page: u64): bool {
  store64(page, 1);
  return msync(page, PAGE) == Errno.EIO;
}

/** Who misses a page dies of it; who makes a call is told. */
function waitForClients(): void {
  let killed = 0;
  for (let left = CLIENTS; left != 0; left--) {
    wait(heapStart());
    const end = load64(heapStart());
    if (end == KILLED) killed += 1;
    else if (end != TOLD) failures += 1;
  }
  if (killed != READERS) failures += 1;
}

function expectEnd(ended: i64, wanted: i64, end: u64): void {
  if (ended != wanted || load64(heapStart()) != end) failures += 1;
}

/** Not quite for ever: others wait for its end. What comes late does no harm: nobody waits for the reply any more. */
function serveForEver(port: u64, file: u64, isOver: u64): void {
  receive(port);
  while (load64(isOver) == 0);
  if (reply(0) != Errno.ENOENT) exit(1);
  if (memorySupply(file, 0, heapStart() & ~(PAGE - 1), PAGE) != PAGE) exit(2);
  exit(load64(at) == load64(heapStart() & ~(PAGE - 1)) ? 0 : 3);
}

/** That there is somebody who waits for all others does not keep the clients, nor they him. */
function waitForEver(): void {
  exit(portOpen(portName("nobody")) == Errno.ENOENT ? 0 : 1);
}
