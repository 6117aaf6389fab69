/** Errors of the calls on memory to share, on pages that servers have, and on images; and what is refused to who is no module. */
import {
  call,
  Errno,
  exit,
  fork,
  gotHandle,
  handleClose,
  heapStart,
  imageOpen,
  load64,
  MapFlag,
  memoryClean,
  memoryCreate,
  MemoryFlag,
  memoryServe,
  memorySupply,
  mmap,
  mmapCopies,
  mmapShared,
  mprotect,
  msync,
  munmap,
  PagerRequest,
  passHandle,
  portCreate,
  portName,
  portOpen,
  Protect,
  receive,
  reply,
  Right,
  setWord,
  spawn,
  store64,
  syscall,
  unload,
  wait,
  word,
} from "nitros";
import { expect, failureCount, refused } from "./refused";

const PAGE: u64 = 4096;
const NOTHING: u64 = 0x2_0000;
const KERNEL: u64 = 0xffff_8000_0000_0000;
const TOO_MUCH: u64 = (1 << 44) + 4096;
const READ_WRITE: u64 = Protect.READ | Protect.WRITE;
const OWN: u64 = MapFlag.PRIVATE | MapFlag.ANONYMOUS;
const FREE_NUMBER: u64 = 50;
const MSYNC: u32 = 18;
const NAME = portName("objects");
const PAGES: u64 = 80;

/** Where this task serves, an object that it serves, and pages to supply. */
let port: u64 = 0;
let file: u64 = 0;
let kept: u64 = 0;

export function main(): i32 {
  port = <u64>portCreate(NAME);
  ofCreation();
  ofServing();
  file = <u64>memoryServe(PAGES * PAGE, port, 1);
  kept = <u64>mmap(0, PAGES * PAGE, READ_WRITE, OWN);
  ofServedHandles();
  ofSupply();
  ofCleaning();
  withoutRights();
  ofSync();
  ofServers();
  ofImages();
  ofModules();
  withManyHandles();
  return failureCount();
}

function ofCreation(): void {
  refused("memory_create", Errno.EINVAL, "no bytes", memoryCreate(0));
  refused("memory_create", Errno.EINVAL, "not whole pages", memoryCreate(PAGE - 1));
  refused("memory_create", Errno.EINVAL, "more than 2^44", memoryCreate(TOO_MUCH));
  refused("memory_create", Errno.EINVAL, "flags that are not defined", memoryCreate(PAGE, 2));
  const notGranted = "`CONTIGUOUS`, and the task is no module with the capability `devices`";
  refused("memory_create", Errno.EPERM, notGranted, memoryCreate(PAGE, MemoryFlag.CONTIGUOUS));
}

function ofServing(): void {
  refused("memory_serve", Errno.EINVAL, "no bytes", memoryServe(0, port, 1));
  refused("memory_serve", Errno.EINVAL, "not whole pages", memoryServe(PAGE + 8, port, 1));
  refused("memory_serve", Errno.EINVAL, "more than 2^44", memoryServe(TOO_MUCH, port, 1));
  const memory = <u64>memoryCreate(PAGE);
  refused("memory_serve", Errno.EBADF, "no handle of a port", memoryServe(PAGE, FREE_NUMBER, 1));
  refused("memory_serve", Errno.EBADF, "no handle of a port", memoryServe(PAGE, memory, 1));
  const opened = <u64>portOpen(NAME);
  refused("memory_serve", Errno.EACCES, "no right to receive from it", memoryServe(PAGE, opened, 1));
  expect("the port closes", handleClose(opened), 0);
  expect("the memory closes", handleClose(memory), 0);
}

/** Neither none, nor a port's, nor memory that nobody serves. */
function ofServedHandles(): void {
  const memory = <u64>memoryCreate(PAGE);
  notServed(FREE_NUMBER);
  notServed(port);
  notServed(memory);
  expect("the memory closes", handleClose(memory), 0);
}

function notServed(number: u64): void {
  const none = "no handle of memory whose pages a server has";
  refused("memory_supply", Errno.EBADF, none, memorySupply(number, 0, kept, PAGE));
  refused("memory_clean", Errno.EBADF, none, memoryClean(number, 0));
}

function ofSupply(): void {
  const parts = "`offset`, `address` or `bytes` is not of whole pages";
  refused("memory_supply", Errno.EINVAL, parts, memorySupply(file, 8, kept, PAGE));
  refused("memory_supply", Errno.EINVAL, parts, memorySupply(file, 0, kept + 8, PAGE));
  refused("memory_supply", Errno.EINVAL, parts, memorySupply(file, 0, kept, 8));
  refused("memory_supply", Errno.EINVAL, "no bytes", memorySupply(file, 0, kept, 0));
  refused("memory_supply", Errno.EINVAL, "more than 64 pages", memorySupply(file, 0, kept, 65 * PAGE));
  const more = "more than the object has there";
  refused("memory_supply", Errno.EINVAL, more, memorySupply(file, PAGES * PAGE, kept, PAGE));
  refused("memory_supply", Errno.EINVAL, more, memorySupply(file, (PAGES - 1) * PAGE, kept, 2 * PAGE));
  refused("memory_supply", Errno.EINVAL, more, memorySupply(file, 0 - PAGE, kept, PAGE));
  const others = "not all are the task's own addresses";
  refused("memory_supply", Errno.EINVAL, others, memorySupply(file, 0, KERNEL, PAGE));
  refused("memory_supply", Errno.EINVAL, others, memorySupply(file, 0, 0, PAGE));
  const unreadable = "the task may not read the first page";
  refused("memory_supply", Errno.EFAULT, unreadable, memorySupply(file, 0, NOTHING, PAGE));
  expect("closed to itself", mprotect(kept, PAGE, 0), 0);
  refused("memory_supply", Errno.EFAULT, unreadable, memorySupply(file, 0, kept, PAGE));
  expect("open again", mprotect(kept, PAGE, READ_WRITE), 0);
}

/** Nothing has been supplied yet; then a page has, and nobody has written it. */
function ofCleaning(): void {
  refused("memory_clean", Errno.EINVAL, "`offset` is not a page's first byte", memoryClean(file, 8));
  refused("memory_clean", Errno.ENOENT, "there is no such page any more", memoryClean(file, 0));
  store64(kept, 7);
  expect("supplied", memorySupply(file, 0, kept, PAGE), PAGE);
  refused("memory_clean", Errno.ENOENT, "there is no such page any more", memoryClean(file, 0));
  refused("memory_clean", Errno.ENOENT, "there is no such page any more", memoryClean(file, PAGES * PAGE));
}

/** A copy is passed a handle by which it may read only. */
function withoutRights(): void {
  const child = fork();
  if (child == 0) {
    expect("a message", receive(port), 0);
    const got = gotHandle();
    refused("memory_supply", Errno.EACCES, "no right to write it", memorySupply(got, PAGE, kept, PAGE));
    refused("memory_clean", Errno.EACCES, "no right to write it", memoryClean(got, 0));
    const more = "more than the handle's rights allow";
    refused("mmap", Errno.EACCES, more, mmapShared(0, PAGE, READ_WRITE, 0, got, 0));
    const at = <u64>mmapShared(0, PAGE, Protect.READ, 0, got, 0);
    const toRead = "to write what the handle that it is mapped by, or the manifest, allows to be read";
    refused("mprotect", Errno.EACCES, toRead, mprotect(at, PAGE, READ_WRITE));
    expect("it may be read", load64(at), 7);
    reply(0);
    expect("another", receive(port), 0);
    const copies = <u64>mmapCopies(0, PAGE, 0, 0, gotHandle(), 0);
    const toReceive = "to use a copy of what the handle does not allow to be received";
    refused("mprotect", Errno.EACCES, toReceive, mprotect(copies, PAGE, Protect.READ));
    exit(<i32>reply(0));
  }
  passHandle(file, Right.RECEIVE);
  expect("passed on", call(port, 0), 0);
  passHandle(file, Right.SEND);
  expect("passed on once more", call(port, 0), 0);
  expect("the child", wait(0), child);
}

function ofSync(): void {
  const at = <u64>mmapShared(0, 3 * PAGE, READ_WRITE, 0, file, 0);
  refused("msync", Errno.EINVAL, "no length", msync(at, 0));
  refused("msync", Errno.EINVAL, "not a page's first byte", msync(at + 8, PAGE));
  refused("msync", Errno.EINVAL, "not all are the task's own addresses", msync(KERNEL, PAGE));
  refused("msync", Errno.EINVAL, "other `flags`", syscall(MSYNC, at, PAGE, 0, 0, 0, 0));
  refused("msync", Errno.EINVAL, "other `flags`", syscall(MSYNC, at, PAGE, 5, 0, 0, 0));
  refused("msync", Errno.ENOMEM, "part of the range is not mapped", msync(NOTHING, PAGE));
  expect("the second page goes", munmap(at + PAGE, PAGE), 0);
  refused("msync", Errno.ENOMEM, "part of the range is not mapped", msync(at, 3 * PAGE));
  expect("all goes", munmap(at, 3 * PAGE), 0);
}

/** What servers do that are asked to take what was written. */
const ENDS = 0;
const REPORTS = 1;
const FORGETS = 2;

function ofServers(): void {
  const at = <u64>mmapShared(0, PAGE, READ_WRITE, 0, file, 0);
  store64(at, 8);
  unsynced(at, ENDS, "a server has ended, or nobody can receive");
  unsynced(at, REPORTS, "a server has answered with an error");
  unsynced(at, FORGETS, "a server has gone on without a reply");
  refused("msync", Errno.EIO, "all tasks wait", msync(at, PAGE));
  expect("what was written is there", load64(at), 8);
  expect("it goes", munmap(at, PAGE), 0);
  notServedAnyMore();
}

function unsynced(at: u64, what: i32, when: string): void {
  const server = fork();
  if (server == 0) failToSync(what);
  refused("msync", Errno.EIO, when, msync(at, PAGE));
  // Who has forgotten a request waits for another one.
  if (what == FORGETS) expect("a call", call(port, 0), 0);
  expect("the server", wait(0), server);
}

/** Does not return. */
function failToSync(what: i32): void {
  awaitRequest();
  if (what == ENDS) exit(0);
  if (what == FORGETS) while (receive(port) != 0) continue;
  setWord(0, <u64>Errno.EIO);
  exit(<i32>reply(what == REPORTS ? 1 : 0));
}

/** To take what was written. Others tell that the server before has ended, which mapped it, too. */
function awaitRequest(): void {
  expect("a request", receive(port), 4);
  while (word(0) != PagerRequest.WRITE_BACK) expect("another one", receive(port), 4);
}

function notServedAnyMore(): void {
  const other = <u64>portCreate(0);
  const memory = <u64>memoryServe(PAGE, other, 2);
  expect("supplied", memorySupply(memory, 0, kept, PAGE), PAGE);
  const at = <u64>mmapShared(0, PAGE, READ_WRITE, 0, memory, 0);
  store64(at, 9);
  expect("its port closes", handleClose(other), 0);
  refused("msync", Errno.EIO, "a server has ended, or nobody can receive", msync(at, PAGE));
  expect("it goes", munmap(at, PAGE), 0);
  expect("and closes", handleClose(memory), 0);
}

function ofImages(): void {
  const name = heapStart();
  store64(name, portName("nothing"));
  refused("image_open", Errno.EINVAL, "no name", imageOpen(name, 0));
  refused("image_open", Errno.EINVAL, "a name of more than 47 bytes", imageOpen(name, 48));
  const unreadable = "not all of it is memory that the task may read";
  refused("image_open", Errno.EFAULT, unreadable, imageOpen(NOTHING, 8));
  refused("image_open", Errno.EFAULT, unreadable, imageOpen(name - 4, 8));
  refused("image_open", Errno.EFAULT, unreadable, imageOpen(KERNEL, 8));
  refused("image_open", Errno.ENOENT, "no such program was booted", imageOpen(name, 7));
}

function ofModules(): void {
  const notGranted = "the caller is no module with that capability";
  refused("spawn", Errno.EPERM, notGranted, spawn(heapStart(), 7));
  refused("unload", Errno.EPERM, notGranted, unload(heapStart(), 7));
}

function withManyHandles(): void {
  while (portCreate(0) > 0) continue;
  const full = "the task has 60 handles";
  refused("memory_create", Errno.ENOMEM, full, memoryCreate(PAGE));
  refused("memory_serve", Errno.ENOMEM, full, memoryServe(PAGE, port, 1));
  store64(heapStart(), portName("errors-o"));
  store64(heapStart() + 8, portName("f-object"));
  store64(heapStart() + 16, portName("s"));
  refused("image_open", Errno.ENOMEM, full, imageOpen(heapStart(), 17));
}
