/** Errors of the calls that change a task's memory, and of those that only look at it. */
import {
  brk,
  colours,
  Errno,
  exit,
  fork,
  heapStart,
  load64,
  log,
  MapFlag,
  memoryBytes,
  memoryCreate,
  messageBuffer,
  mmap,
  mmapCopies,
  mmapShared,
  mprotect,
  mseal,
  munmap,
  pageBytes,
  physicalAddress,
  portCreate,
  Protect,
  quotaLimit,
  quotaUsed,
  stackStart,
  store64,
  syscall,
  textStart,
  wait,
} from "nitros";
import { expect, failureCount, refused } from "./refused";

const PAGE: u64 = 4096;
const NOTHING: u64 = 0x2_0000;
const LAST_PAGE: u64 = 0x7fff_ffff_f000;
const KERNEL: u64 = 0xffff_8000_0000_0000;
const TOP: u64 = 0xffff_ffff_ffff_ffff;
const READ: u64 = Protect.READ;
const READ_WRITE: u64 = Protect.READ | Protect.WRITE;
const OWN: u64 = MapFlag.PRIVATE | MapFlag.ANONYMOUS;
const FIXED: u64 = OWN | MapFlag.FIXED;
const INFO: u32 = 3;
const HEAP: u64 = 4;
const MSEAL: u32 = 11;

/** Three pages, which no refusal changes. */
let own: u64 = 0;

export function main(): i32 {
  own = <u64>mmap(0, 3 * PAGE, READ_WRITE, OWN);
  for (let page: u64 = 0; page < 3; page++) store64(own + page * PAGE, page + 1);
  ofLog();
  ofInfo();
  ofMmap();
  ofFixed();
  ofObjects();
  ofRanges();
  ofRights();
  ofSealed();
  ofHeap();
  ofChildren();
  refused("colours", Errno.EINVAL, "the machine has none of those in `set`", colours(1 << 63));
  for (let page: u64 = 0; page < 3; page++) expect("a page", load64(own + page * PAGE), page + 1);
  return failureCount();
}

function ofLog(): void {
  refused("log", Errno.EINVAL, "`length` is above 4096", log(own, 4097));
  const unreadable = "not all of it is memory that the task may read";
  refused("log", Errno.EFAULT, unreadable, log(NOTHING, 1));
  refused("log", Errno.EFAULT, unreadable, log(own + 3 * PAGE - 4, 8));
  refused("log", Errno.EFAULT, unreadable, log(KERNEL, 8));
  refused("log", Errno.EFAULT, unreadable, log(TOP - 3, 8));
}

function ofInfo(): void {
  refused("info", Errno.EINVAL, "no such kind", syscall(INFO, 13, 0, 0, 0, 0, 0));
  refused("info", Errno.EINVAL, "no such kind", syscall(INFO, TOP, 0, 0, 0, 0, 0));
  refused("info", Errno.EINVAL, "no such kind of a quota", quotaLimit(4));
  refused("info", Errno.EINVAL, "no such kind of a quota", quotaUsed(TOP));
  refused("info", Errno.ENOENT, "its quota has no such limit", quotaLimit(0));
  refused("info", Errno.ENOENT, "its quota has no such limit", quotaUsed(3));
  const port = <u64>portCreate(0);
  const noMemory = "`PHYSICAL` or `MEMORY_BYTES`, and `argument` is no handle of memory";
  refused("info", Errno.EBADF, noMemory, memoryBytes(port));
  refused("info", Errno.EBADF, noMemory, memoryBytes(59));
  const memory = <u64>memoryCreate(PAGE);
  const notGranted = "`PHYSICAL`, and the task is no module with the capability `devices`";
  refused("info", Errno.EPERM, notGranted, physicalAddress(memory));
}

function ofMmap(): void {
  refused("mmap", Errno.EINVAL, "no length", mmap(0, 0, READ, OWN));
  refused("mmap", Errno.EINVAL, "a length that rounds up beyond 2^64", mmap(0, TOP, READ, OWN));
  refused("mmap", Errno.EINVAL, "bits that are not defined", mmap(0, PAGE, 8, OWN));
  refused("mmap", Errno.EINVAL, "bits that are not defined", mmap(0, PAGE, READ, OWN | 0x40));
  const neither = "neither `SHARED` nor `PRIVATE`, or both";
  refused("mmap", Errno.EINVAL, neither, mmap(0, PAGE, READ, MapFlag.ANONYMOUS));
  refused("mmap", Errno.EINVAL, neither, mmap(0, PAGE, READ, OWN | MapFlag.SHARED));
  refused("mmap", Errno.EINVAL, "`SHARED` and `ANONYMOUS`", mmap(0, PAGE, READ, MapFlag.SHARED | MapFlag.ANONYMOUS));
  refused("mmap", Errno.EINVAL, "a `GUARD` with any `protection`", mmap(0, PAGE, READ, OWN | MapFlag.GUARD));
  refused("mmap", Errno.EACCES, "to write and to execute", mmap(0, PAGE, READ_WRITE | Protect.EXECUTE, OWN));
  refused("mmap", Errno.ENOMEM, "no free addresses for so much", mmap(0, 1 << 46, READ, OWN));
}

function ofFixed(): void {
  const within = "a fixed address that is not a page's first";
  refused("mmap", Errno.EINVAL, within, mmap(own + 8, PAGE, READ, FIXED));
  refused("mmap", Errno.EINVAL, within, mmap(NOTHING + 8, PAGE, READ, OWN | MapFlag.FIXED_NOREPLACE));
  const beyond = "from a fixed address on not all are the task's own";
  refused("mmap", Errno.EINVAL, beyond, mmap(0, PAGE, READ, FIXED));
  refused("mmap", Errno.EINVAL, beyond, mmap(LAST_PAGE, PAGE, READ, FIXED));
  refused("mmap", Errno.EINVAL, beyond, mmap(KERNEL, PAGE, READ, FIXED));
  refused("mmap", Errno.EINVAL, beyond, mmap(own, TOP - own, READ, FIXED));
  const taken = mmap(own + 2 * PAGE, 2 * PAGE, READ, OWN | MapFlag.FIXED_NOREPLACE);
  refused("mmap", Errno.EEXIST, "`FIXED_NOREPLACE`, and something is mapped there", taken);
}

/** Of memory to share, one page. */
function ofObjects(): void {
  const memory = <u64>memoryCreate(PAGE);
  const populated = "`POPULATE` or `GUARD` without `ANONYMOUS`";
  refused("mmap", Errno.EINVAL, populated, mmapShared(0, PAGE, READ, MapFlag.POPULATE, memory, 0));
  refused("mmap", Errno.EINVAL, populated, mmapShared(0, PAGE, 0, MapFlag.GUARD, memory, 0));
  const neither = "neither `SHARED` nor `PRIVATE`, or both";
  refused("mmap", Errno.EINVAL, neither, mmapShared(0, PAGE, READ, MapFlag.PRIVATE, memory, 0));
  refused("mmap", Errno.EINVAL, "an `offset` that is not a page's first", mmapShared(0, PAGE, READ, 0, memory, 8));
  refused("mmap", Errno.EINVAL, "so much is not in the object", mmapShared(0, 2 * PAGE, READ, 0, memory, 0));
  refused("mmap", Errno.EINVAL, "so much is not in the object", mmapShared(0, PAGE, READ, 0, memory, PAGE));
  const more = "more than the handle's rights allow";
  refused("mmap", Errno.EACCES, more, mmapShared(0, PAGE, READ | Protect.EXECUTE, 0, memory, 0));
  const toExecute = "to execute what is mapped by a handle";
  const shared = <u64>mmapShared(0, PAGE, READ, 0, memory, 0);
  refused("mprotect", Errno.EACCES, toExecute, mprotect(shared, PAGE, READ | Protect.EXECUTE));
  const copies = <u64>mmapCopies(0, PAGE, READ, 0, memory, 0);
  refused("mprotect", Errno.EACCES, toExecute, mprotect(copies, PAGE, READ | Protect.EXECUTE));
  expect("both go", munmap(shared, PAGE) | munmap(copies, PAGE), 0);
  const none = "no `ANONYMOUS`, and `port` is no handle of memory";
  refused("mmap", Errno.EBADF, none, mmapShared(0, PAGE, READ, 0, 59, 0));
  refused("mmap", Errno.EBADF, none, mmapShared(0, PAGE, READ, 0, <u64>portCreate(0), 0));
}

/** The calls that take a range. */
function ofRanges(): void {
  range("no length", own, 0);
  range("no length", own, TOP);
  range("not a page's first byte", own + 8, PAGE);
  range("not all are the task's own addresses", 0, PAGE);
  range("not all are the task's own addresses", LAST_PAGE, PAGE);
  range("not all are the task's own addresses", own, KERNEL - own);
  range("not all are the task's own addresses", textStart() | KERNEL, PAGE);
  refused("mseal", Errno.EINVAL, "`flags` is not 0", syscall(MSEAL, own, PAGE, 1, 0, 0, 0));
  const missing = "part of the range is not mapped";
  refused("mprotect", Errno.ENOMEM, missing, mprotect(NOTHING, PAGE, READ));
  refused("mprotect", Errno.ENOMEM, missing, mprotect(own, 4 * PAGE, READ));
  refused("mseal", Errno.ENOMEM, missing, mseal(NOTHING, PAGE));
  refused("mseal", Errno.ENOMEM, missing, mseal(own, 4 * PAGE));
}

function range(when: string, address: u64, length: u64): void {
  refused("munmap", Errno.EINVAL, when, munmap(address, length));
  refused("mprotect", Errno.EINVAL, when, mprotect(address, length, READ));
  refused("mseal", Errno.EINVAL, when, mseal(address, length));
}

function ofRights(): void {
  refused("mprotect", Errno.EINVAL, "bits of `protection` that are not defined", mprotect(own, PAGE, 8));
  refused("mprotect", Errno.EACCES, "to write and to execute", mprotect(own, PAGE, READ_WRITE | Protect.EXECUTE));
  refused(
    "mprotect",
    Errno.EACCES,
    "to execute the message buffer",
    mprotect(messageBuffer(), PAGE, READ | Protect.EXECUTE),
  );
  refused("mprotect", Errno.EACCES, "a guard is in the range", mprotect(heapStart() - PAGE, 2 * PAGE, READ));
}

/** A page between two others, sealed. */
function ofSealed(): void {
  const first = <u64>mmap(0, 3 * PAGE, READ_WRITE, OWN);
  store64(first + PAGE, 9);
  expect("sealed", mseal(first + PAGE, PAGE), 0);
  const sealed = "something that is mapped there is sealed";
  refused("munmap", Errno.EPERM, sealed, munmap(first, 3 * PAGE));
  refused("munmap", Errno.EPERM, sealed, munmap(first + PAGE, PAGE));
  refused("mprotect", Errno.EPERM, sealed, mprotect(first, 2 * PAGE, READ));
  refused(
    "mmap",
    Errno.EPERM,
    "`FIXED`, and something that is mapped there is sealed",
    mmap(first, 3 * PAGE, READ, FIXED),
  );
  store64(first, 8);
  expect("what is sealed is as it was", load64(first + PAGE), 9);
}

function ofHeap(): void {
  const end = <u64>brk(0);
  refused("brk", Errno.EINVAL, "`end` is not above the heap's first byte", brk(heapStart()));
  refused("brk", Errno.EINVAL, "`end` is not above the heap's first byte", brk(1));
  refused("brk", Errno.EINVAL, "`end` is beyond the heap's zone", brk(LAST_PAGE));
  refused("brk", Errno.EINVAL, "`end` is beyond the heap's zone", brk(TOP));
  const above = mmap(end + 4 * PAGE, PAGE, READ, OWN | MapFlag.FIXED_NOREPLACE);
  refused("brk", Errno.ENOMEM, "something is mapped where the heap would grow", brk(end + 5 * PAGE));
  expect("it goes", munmap(<u64>above, PAGE), 0);
  expect("the heap's end", brk(0), end);
  const guard = fork();
  if (guard == 0) sealGuard(end);
  expect("who has sealed the guard", wait(0), guard);
  const heap = fork();
  if (heap == 0) sealHeap(end);
  expect("who has sealed the heap", wait(0), heap);
  const nowhere = fork();
  if (nowhere == 0) unmapHeap(end);
  expect("who has no heap", wait(0), nowhere);
}

/** Does not return. */
function sealGuard(end: u64): void {
  expect("the guard is sealed", mseal(end, PAGE), 0);
  refused("brk", Errno.EPERM, "the guard that would move with it is sealed", brk(end + PAGE));
  refused("brk", Errno.EPERM, "the guard that would move with it is sealed", brk(end - PAGE));
  exit(0);
}

/** Does not return. */
function sealHeap(end: u64): void {
  expect("the heap is sealed", mseal(heapStart(), PAGE), 0);
  expect("all of it", mseal(heapStart(), end - heapStart()), 0);
  refused("brk", Errno.EPERM, "the heap is sealed", brk(end + PAGE));
  refused("brk", Errno.EPERM, "the heap is sealed", brk(end - PAGE));
  exit(0);
}

/** Does not return. */
function unmapHeap(end: u64): void {
  const start = heapStart();
  expect("the heap goes", munmap(start, end - start), 0);
  refused("brk", Errno.EINVAL, "the task has unmapped its heap", brk(end));
  refused("info", Errno.ENOENT, "the task has unmapped what it asks about", syscall(INFO, HEAP, 0, 0, 0, 0, 0));
  exit(0);
}

function ofChildren(): void {
  refused("wait", Errno.ECHILD, "there is no child", wait(0));
  const child = fork();
  if (child == 0) exit(0);
  const unwritable = "not all 8 bytes are memory that the task may write";
  refused("wait", Errno.EFAULT, unwritable, wait(NOTHING));
  refused("wait", Errno.EFAULT, unwritable, wait(stackStart() - pageBytes()));
  refused("wait", Errno.EFAULT, unwritable, wait(<u64>brk(0) - 4));
  refused("wait", Errno.EFAULT, unwritable, wait(KERNEL));
  expect("it can still be waited for", wait(0), child);
}
