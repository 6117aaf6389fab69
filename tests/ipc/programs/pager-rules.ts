/** What is refused to who serves pages, and to who has them written back, each where the documentation says; and who goes on before the server replies. */
import {
  call,
  Errno,
  exit,
  fork,
  gotHandle,
  heapStart,
  load64,
  MapFlag,
  memoryClean,
  memoryCreate,
  memoryServe,
  memorySupply,
  mmap,
  mmapShared,
  mprotect,
  msync,
  munmap,
  passHandle,
  portCreate,
  portName,
  portOpen,
  printLine,
  Protect,
  receive,
  reply,
  Right,
  store64,
  syscall,
  wait,
  yieldNow,
} from "nitros";
import { expect } from "./steps";

const PAGE: u64 = 4096;
const PAGES: u64 = 80;
const MSYNC: u32 = 18;
const HALF: u64 = 1 << 63;
const KERNEL: u64 = 0xffff_8000_0000_0000;
const READ_WRITE: u64 = Protect.READ | Protect.WRITE;
const OWN: u64 = MapFlag.PRIVATE | MapFlag.ANONYMOUS;
const NAME = portName("rules");

export function main(): i32 {
  const port = <u64>portCreate(NAME);
  const file = <u64>memoryServe(PAGES * PAGE, port, 1);
  const kept = <u64>mmap(0, PAGES * PAGE, READ_WRITE, OWN);
  refuseToServe(port);
  refuseHandles(port, kept);
  refuseRanges(file, kept);
  refuseUnreadable(file, kept);
  refuseWithoutRight(port, file, kept);
  refuseToWriteBack(file, kept);
  tellsOfSixteenAtMost(port, kept);
  goesOnBeforeTheReply(kept);
  printLine("all was refused as documented, and nobody waited for a reply in vain");
  return 0;
}

function refuseToServe(port: u64): void {
  expect(memoryServe(0, port, 1), Errno.EINVAL);
  expect(memoryServe(PAGE - 1, port, 1), Errno.EINVAL);
  expect(memoryServe(0x1000_0000_1000, port, 1), Errno.EINVAL);
  expect(memoryServe(PAGE, 0, 1), Errno.EBADF);
  expect(memoryServe(PAGE, <u64>memoryCreate(PAGE), 1), Errno.EBADF);
  expect(memoryServe(PAGE, <u64>portOpen(NAME), 1), Errno.EACCES);
}

/** None, a port's, and that of memory whose pages nobody serves. */
function refuseHandles(port: u64, kept: u64): void {
  const memory = <u64>memoryCreate(PAGE);
  for (let i = 0; i < 3; i++) {
    const wrong: u64 = i == 0 ? 50 : i == 1 ? port : memory;
    expect(memorySupply(wrong, 0, kept, PAGE), Errno.EBADF);
    expect(memoryClean(wrong, 0), Errno.EBADF);
  }
}

function refuseRanges(file: u64, kept: u64): void {
  expect(memorySupply(file, 1, kept, PAGE), Errno.EINVAL);
  expect(memorySupply(file, 0, kept + 1, PAGE), Errno.EINVAL);
  expect(memorySupply(file, 0, kept, 1), Errno.EINVAL);
  expect(memorySupply(file, 0, kept, 0), Errno.EINVAL);
  expect(memorySupply(file, 0, kept, 65 * PAGE), Errno.EINVAL);
  expect(memorySupply(file, PAGES * PAGE, kept, PAGE), Errno.EINVAL);
  expect(memorySupply(file, (PAGES - 1) * PAGE, kept, 2 * PAGE), Errno.EINVAL);
  expect(memorySupply(file, 0 - PAGE, kept, PAGE), Errno.EINVAL);
  expect(memorySupply(file, 0, KERNEL, PAGE), Errno.EINVAL);
  expect(memorySupply(file, 0, HALF, PAGE), Errno.EINVAL);
  expect(memorySupply(file, 0, 0 - PAGE, PAGE), Errno.EINVAL);
  expect(memoryClean(file, 1), Errno.EINVAL);
  expect(memoryClean(file, 0), Errno.ENOENT);
  expect(memoryClean(file, PAGES * PAGE), Errno.ENOENT);
}

/** Nothing is there; it may not read what is; and then only the second page. */
function refuseUnreadable(file: u64, kept: u64): void {
  store64(kept, 1);
  store64(kept + PAGE, 2);
  expect(mprotect(kept, PAGE, 0), 0);
  expect(memorySupply(file, 0, kept, PAGE), Errno.EFAULT);
  expect(mprotect(kept, PAGE, READ_WRITE), 0);
  expect(mprotect(kept + PAGE, PAGE, 0), 0);
  expect(memorySupply(file, 0, kept, 2 * PAGE), PAGE);
  expect(mprotect(kept + PAGE, PAGE, READ_WRITE), 0);
  const gone = <u64>mmap(0, PAGE, READ_WRITE, OWN);
  expect(munmap(gone, PAGE), 0);
  expect(memorySupply(file, PAGE, gone, PAGE), Errno.EFAULT);
}

/** A copy of the task gets a handle by which it may read only. */
function refuseWithoutRight(port: u64, file: u64, kept: u64): void {
  const child = fork();
  if (child == 0) {
    expect(receive(port), 0);
    const got = gotHandle();
    expect(memorySupply(got, 2 * PAGE, kept, PAGE), Errno.EACCES);
    expect(memoryClean(got, 0), Errno.EACCES);
    expect(mmapShared(0, PAGE, READ_WRITE, 0, got, 0), Errno.EACCES);
    expect(reply(0), 0);
    exit(0);
  }
  passHandle(file, Right.RECEIVE);
  expect(call(port, 0), 0);
  expect(wait(heapStart()), child);
  expect(<i64>load64(heapStart()), 0);
}

/** Of 20 written pages in a row, and of one apart. */
function tellsOfSixteenAtMost(port: u64, kept: u64): void {
  const file = <u64>memoryServe(64 * PAGE, port, 2);
  expect(memorySupply(file, 0, kept, 64 * PAGE), 64 * PAGE);
  const at = <u64>mmapShared(0, 64 * PAGE, READ_WRITE, 0, file, 0);
  for (let page: u64 = 1; page <= 20; page++) store64(at + page * PAGE, page);
  store64(at + 40 * PAGE, 40);
  expect(memoryClean(file, 0), PAGE | 16);
  expect(memoryClean(file, 17 * PAGE), (17 * PAGE) | 4);
  expect(memoryClean(file, 21 * PAGE), (40 * PAGE) | 1);
  expect(memoryClean(file, 0), Errno.ENOENT);
  store64(at + 16 * PAGE, 1);
  expect(memoryClean(file, 0), (16 * PAGE) | 1);
}

function refuseToWriteBack(file: u64, kept: u64): void {
  const at = <u64>mmapShared(0, 4 * PAGE, READ_WRITE, 0, file, 0);
  expect(syscall(MSYNC, at, PAGE, 1, 0, 0, 0), Errno.EINVAL);
  expect(msync(at, 0), Errno.EINVAL);
  expect(msync(at, 0 - <u64>1), Errno.EINVAL);
  expect(msync(at + 1, PAGE), Errno.EINVAL);
  expect(msync(KERNEL, PAGE), Errno.EINVAL);
  expect(munmap(at + 2 * PAGE, PAGE), 0);
  expect(msync(at, 4 * PAGE), Errno.ENOMEM);
  // Read, and not written: nobody is asked, who would not answer.
  expect(<i64>load64(at), 1);
  expect(msync(at, PAGE), 0);
  expect(msync(kept, PAGE), 0);
}

/** The server replies only after somebody has gone on who misses the page that it has supplied, and has not asked for it. */
function goesOnBeforeTheReply(kept: u64): void {
  const port = <u64>portCreate(0);
  const file = <u64>memoryServe(PAGE, port, 2);
  const shared = <u64>mmapShared(0, PAGE, READ_WRITE, 0, file, 0);
  store64(kept, 77);
  const server = fork();
  if (server == 0) serveLate(port, file, kept, shared);
  expect(<i64>load64(shared), 77);
  expect(wait(heapStart()), server);
  expect(<i64>load64(heapStart()), 0);
}

/** Does not return. */
function serveLate(port: u64, file: u64, kept: u64, shared: u64): void {
  expect(receive(port), 4);
  const other = <u64>portCreate(0);
  const child = fork();
  if (child == 0) {
    expect(<i64>load64(shared), 77);
    expect(receive(other), 0);
    expect(reply(0), 0);
    exit(0);
  }
  for (let turn = 0; turn < 8; turn++) yieldNow();
  expect(memorySupply(file, 0, kept, PAGE), PAGE);
  expect(call(other, 0), 0);
  expect(reply(0), 0);
  expect(wait(heapStart()), child);
  exit(<i32>load64(heapStart()));
}
