/** Maps the file of `pager.ts`, shared and as copies, with copies of itself that want the same pages at the same time. */
import {
  call,
  Errno,
  exit,
  fork,
  gotHandle,
  heapStart,
  load64,
  log,
  mmapCopies,
  mmapShared,
  mprotect,
  msync,
  munmap,
  portName,
  portOpen,
  printLine,
  Protect,
  setWord,
  store64,
  wait,
} from "nitros";
import { expect } from "./steps";

const PAGE: u64 = 4096;
const BYTES: u64 = 40 * PAGE;
const READ_WRITE: u64 = Protect.READ | Protect.WRITE;
const OPEN: u64 = 1;
const CLOSE: u64 = 2;

export function main(): i32 {
  const port = <u64>portOpen(portName("pager"));
  setWord(0, OPEN);
  call(port, 1);
  const file = gotHandle();
  const shared = <u64>mmapShared(0, BYTES, READ_WRITE, 0, file, 0);
  const copies = <u64>mmapCopies(0, BYTES, READ_WRITE, 0, file, 0);
  wantTheSame(shared);
  copiesAreMine(shared, copies);
  writtenGoesBack(shared);
  inTheMiddleOfCalls(shared);
  expect(munmap(shared, BYTES), 0);
  expect(munmap(copies, BYTES), 0);
  setWord(0, CLOSE);
  call(port, 1);
  printLine("all was as it should be");
  return 0;
}

/** Five tasks, and one request: pages 0 to 15. */
function wantTheSame(shared: u64): void {
  for (let i: u64 = 0; i < 4; i++) {
    if (fork() == 0) exit(load64(shared + i * PAGE) == 1000 + i ? 0 : 1);
  }
  expect(<i64>load64(shared + 15 * PAGE), 1015);
  for (let i = 0; i < 4; i++) {
    wait(heapStart());
    expect(<i64>load64(heapStart()), 0);
  }
}

function copiesAreMine(shared: u64, copies: u64): void {
  expect(<i64>load64(copies + 17 * PAGE), 1017);
  store64(copies + 17 * PAGE, 17);
  store64(copies + 18 * PAGE, 18);
  expect(<i64>load64(copies + 17 * PAGE), 17);
  expect(<i64>load64(copies + 18 * PAGE), 18);
  expect(<i64>load64(shared + 17 * PAGE), 1017);
  expect(<i64>load64(shared + 18 * PAGE), 1018);
  // A copy of the task has copies of the copies.
  if (fork() == 0) {
    store64(copies + 17 * PAGE, 19);
    exit(load64(copies + 18 * PAGE) == 18 && load64(copies + 19 * PAGE) == 1019 ? 0 : 1);
  }
  wait(heapStart());
  expect(<i64>load64(heapStart()), 0);
  expect(<i64>load64(copies + 17 * PAGE), 17);
}

function writtenGoesBack(shared: u64): void {
  expect(msync(shared, BYTES), 0);
  store64(shared + 5 * PAGE, 5);
  store64(shared + 6 * PAGE, 6);
  // Read first, so that it is there.
  expect(<i64>load64(shared + 9 * PAGE), 1009);
  store64(shared + 9 * PAGE, 9);
  expect(msync(shared, 16 * PAGE), 0);
  expect(msync(shared, BYTES), 0);
  // Clean pages can be protected and opened again; the next write makes one dirty.
  expect(mprotect(shared, BYTES, Protect.READ), 0);
  expect(mprotect(shared, BYTES, READ_WRITE), 0);
  store64(shared + 6 * PAGE, 66);
  expect(msync(shared + 6 * PAGE, PAGE), 0);
  expect(<i64>load64(shared + 6 * PAGE), 66);
  // Who writes and ends leaves it to the kernel to say so.
  if (fork() == 0) {
    store64(shared + 7 * PAGE, 7);
    exit(0);
  }
  wait(0);
  store64(shared + 8 * PAGE, 8);
}

/** A call that reads or writes memory waits for it, too. */
function inTheMiddleOfCalls(shared: u64): void {
  expect(<i64>load64(shared + 20 * PAGE), 1020);
  expect(log(shared + 39 * PAGE, 0), 0);
  if (fork() == 0) exit(3);
  expect(wait(shared + 32 * PAGE) > 0 ? 1 : 0, 1);
  expect(<i64>load64(shared + 32 * PAGE), 3);
  expect(log(shared - PAGE, 1) < 0 ? Errno.EFAULT : 0, Errno.EFAULT);
}
