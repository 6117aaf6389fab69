/** Reads what a module has, and may do nothing else with it; what becomes of who tries, its copies show. When the module has ended, nothing is there. */
import {
  call,
  Ending,
  Errno,
  execute,
  exit,
  fork,
  heapStart,
  load64,
  log,
  portName,
  portOpen,
  printLine,
  setWord,
  store64,
  wait,
  word,
} from "nitros";

const UNIT: u64 = 0x1_0000;
const TEXT: u64 = 0x000a_656c_7564_6f6d;
const PAGE_FAULT: u64 = 14;

const WRITE = 0;
const EXECUTE = 1;
const BEYOND = 2;
const TRIES = 3;

export function main(): i32 {
  const port = <u64>portOpen(portName("resident"));
  const data = ask(port, 0);
  if (load64(data) != TEXT) return 1;
  if (log(data, 7) != 7) return 2;
  if (log(data + 8 * UNIT, 7) != Errno.EFAULT) return 3;
  for (let i = 0; i < TRIES; i++) if (!diesOf(i, data)) return 4;
  if (fork() == 0) exit(7);
  if (wait(data) != Errno.EFAULT || wait(heapStart()) <= 0) return 5;
  printLine("I read it, and nothing else.");
  ask(port, 1);
  if (call(port, 1) != Errno.EPIPE) return 6;
  printLine("It has ended.");
  load64(data);
  return 7;
}

function ask(port: u64, what: u64): u64 {
  setWord(0, what);
  return call(port, 1) == 1 ? word(0) : 0;
}

function diesOf(what: i32, data: u64): bool {
  if (fork() == 0) {
    if (what == WRITE) store64(data, 7);
    else if (what == EXECUTE) execute(data - 2 * UNIT);
    else if (what == BEYOND) load64(data + 8 * UNIT);
    exit(0);
  }
  wait(heapStart());
  return load64(heapStart()) == (Ending.KILLED | PAGE_FAULT) && load64(data) == TEXT;
}
