/**
 * Makes memory, lends it to its copies with fewer and fewer rights, and takes it back: what each may do with it, step by step. The copies
 * learn by messages what to try.
 */
import {
  call,
  Ending,
  Errno,
  exit,
  fork,
  handleClose,
  handleRevoke,
  heapStart,
  load64,
  memoryCreate,
  mmapShared,
  mprotect,
  munmap,
  gotHandle,
  gotRights,
  passHandle,
  portCreate,
  printLine,
  Protect,
  receive,
  reply,
  Right,
  setWord,
  store64,
  wait,
  word,
} from "nitros";

const PAGE: u64 = 4096;
const BYTES: u64 = 16 * PAGE;
const READ_WRITE: u64 = Protect.READ | Protect.WRITE;

function check(isTrue: bool, status: i32): void {
  if (isTrue) return;
  printLine("what should hold does not");
  exit(status);
}

/** Maps what it is lent, reads, writes where it may, and then asks again, when it has been taken back. */
function borrow(port: u64): void {
  check(call(port, 0) == 1, 20);
  const handle = gotHandle();
  check(gotRights() == Right.RECEIVE, 21);
  check(mmapShared(0, BYTES, READ_WRITE, 0, handle, 0) == Errno.EACCES, 22);
  check(mmapShared(0, BYTES, Protect.READ | Protect.EXECUTE, 0, handle, 0) == Errno.EACCES, 23);
  const at = mmapShared(0, BYTES, Protect.READ, 0, handle, 0);
  check(at > 0, 24);
  check(load64(<u64>at) == word(0), 25);
  check(load64(<u64>at + BYTES - 8) == 77, 26);
  check(mprotect(<u64>at, BYTES, READ_WRITE) == Errno.EACCES, 27);
  passHandle(handle, Right.RECEIVE);
  check(call(port, 0) == Errno.EACCES, 28);
  passHandle(0, 0);
  check(call(port, 0) == 0, 29);
  check(handleClose(handle) == Errno.EBADF, 30);
  printLine("what I was lent has gone; I read it once more");
  load64(<u64>at);
  exit(31);
}

export function main(): i32 {
  const port = <u64>portCreate(0);
  check(memoryCreate(PAGE + 1) == Errno.EINVAL, 1);
  check(memoryCreate(0) == Errno.EINVAL, 2);
  const handle = <u64>memoryCreate(BYTES);
  const at = <u64>mmapShared(0, BYTES, READ_WRITE, 0, handle, 0);
  check(mmapShared(0, PAGE, READ_WRITE, 0, handle, BYTES) == Errno.EINVAL, 3);
  check(mmapShared(0, PAGE, READ_WRITE, 0, handle, 8) == Errno.EINVAL, 4);
  check(mmapShared(0, PAGE, READ_WRITE, 0, port, 0) == Errno.EBADF, 5);
  store64(at, 4711);
  const again = <u64>mmapShared(0, PAGE, READ_WRITE, 0, handle, BYTES - PAGE);
  store64(again + PAGE - 8, 77);
  check(load64(at + BYTES - 8) == 77, 6);
  const child = fork();
  if (child == 0) borrow(port);
  check(receive(port) == 0, 7);
  setWord(0, 4711);
  passHandle(handle, Right.RECEIVE);
  check(reply(1) == 1, 8);
  check(receive(port) == 0, 9);
  check(handleRevoke(handle) == 0, 10);
  check(load64(at) == 4711, 11);
  check(reply(0) == 0, 12);
  check(wait(heapStart()) == child, 13);
  check((load64(heapStart()) & Ending.KILLED) != 0, 14);
  check(munmap(at, BYTES) == 0, 15);
  check(handleClose(handle) == 0, 16);
  check(load64(again + PAGE - 8) == 77, 17);
  printLine("lent, taken back, and still mine");
  return 0;
}
