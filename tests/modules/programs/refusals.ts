/** Every error that the calls by physical address document, and what a refusal leaves: everything as it was. */
import {
  Errno,
  handleClose,
  heapStart,
  load32,
  load64,
  MapFlag,
  memoryCreate,
  MemoryFlag,
  messageBuffer,
  mmap,
  mmapShared,
  mprotect,
  mseal,
  munmap,
  physicalAddress,
  portCreate,
  print,
  printLine,
  printNumber,
  Protect,
  store64,
  sysMap,
  sysUnmap,
} from "nitros";

const PAGE: u64 = 4096;
const TIMER: u64 = 0xfed0_0000;
const NOWHERE: u64 = 0xf000_0000;
const USER_END: u64 = 0x0000_8000_0000_0000;
const KERNEL_HALF: u64 = 0xffff_8000_0000_0000;
const TOP: u64 = 0xffff_ffff_ffff_f000;
const READ: u64 = Protect.READ;
const READ_WRITE: u64 = Protect.READ | Protect.WRITE;
const ANYWHERE: u64 = MapFlag.ANONYMOUS | MapFlag.PRIVATE;

let failures = 0;

function expect(what: string, found: i64, wanted: i64): void {
  if (found == wanted) return;
  failures += 1;
  print(what);
  print(": ");
  printNumber(found);
  printLine("");
}

export function main(): i32 {
  const own = <u64>mmap(0, PAGE, READ_WRITE, ANYWHERE);
  store64(own, 42);
  addresses(own);
  frames();
  rights();
  memory();
  unmapping(own);
  expect("what was mapped is as it was", load64(own), 42);
  if (failures == 0) printLine("all was refused as documented");
  return failures;
}

function addresses(own: u64): void {
  expect("not a page's", sysMap(own + 8, TIMER, READ), Errno.EINVAL);
  expect("the null page's neighbour", sysMap(PAGE, TIMER, READ), Errno.EINVAL);
  expect("the last page", sysMap(USER_END - PAGE, TIMER, READ), Errno.EINVAL);
  expect("not canonical", sysMap(USER_END, TIMER, READ), Errno.EINVAL);
  expect("the kernel's half", sysMap(KERNEL_HALF, TIMER, READ), Errno.EINVAL);
  expect("the last page of all", sysMap(TOP, TIMER, READ), Errno.EINVAL);
  expect("where something is", sysMap(own, TIMER, READ), Errno.EEXIST);
  expect("part of a frame", sysMap(0, TIMER + 8, READ), Errno.EINVAL);
}

/** None of these is granted. */
function frames(): void {
  expect("page 0", sysMap(0, 0, READ), Errno.EPERM);
  for (let at: u64 = 0x10_0000; at < 0x1000_0000; at += 0x7_3000) expect("RAM", sysMap(0, at, READ), Errno.EPERM);
  expect("the local APIC", sysMap(0, 0xfee0_0000, READ), Errno.EPERM);
  expect("the I/O APIC", sysMap(0, 0xfec0_0000, READ), Errno.EPERM);
  expect("behind the range", sysMap(0, TIMER + PAGE, READ), Errno.EPERM);
  expect("before it", sysMap(0, TIMER - PAGE, READ), Errno.EPERM);
  expect("behind the other", sysMap(0, NOWHERE + 2 * PAGE, READ), Errno.EPERM);
  expect("the highest that can be", sysMap(0, 0x000f_ffff_ffff_f000, READ), Errno.EPERM);
  expect("beyond that", sysMap(0, TOP, READ), Errno.EPERM);
}

function rights(): void {
  expect("nothing", sysMap(0, TIMER, 0), Errno.EINVAL);
  expect("unknown flags", sysMap(0, TIMER, 8), Errno.EINVAL);
  expect("to execute", sysMap(0, TIMER, READ | Protect.EXECUTE), Errno.EACCES);
  expect("to do all", sysMap(0, TIMER, READ_WRITE | Protect.EXECUTE), Errno.EACCES);
  expect("to write what is to be read", sysMap(0, TIMER, READ_WRITE), Errno.EPERM);
  const timer = <u64>sysMap(0, TIMER, READ);
  expect("to write by mprotect", mprotect(timer, PAGE, READ_WRITE), Errno.EACCES);
  expect("to execute by mprotect", mprotect(timer, PAGE, READ | Protect.EXECUTE), Errno.EACCES);
  expect("nothing by mprotect", mprotect(timer, PAGE, 0), 0);
  expect("to write after that", mprotect(timer, PAGE, READ_WRITE), Errno.EACCES);
  expect("to read again", mprotect(timer, PAGE, READ), 0);
  if (load32(timer + 4) == 0) failures += 1;
  expect("munmap", munmap(timer, PAGE), 0);
  const open = <u64>sysMap(0, NOWHERE + PAGE, READ);
  expect("to write what may be", mprotect(open, PAGE, READ_WRITE), 0);
  // Nobody is there: what is read is the bus's affair (PCs give all ones, QEMU zeros), but it is no fault.
  store64(open, 7);
  load64(open);
  expect("unmapped", sysUnmap(open), 0);
}

/** Contiguous memory, and other. */
function memory(): void {
  expect("no bytes", memoryCreate(0, MemoryFlag.CONTIGUOUS), Errno.EINVAL);
  expect("part of a page", memoryCreate(8, MemoryFlag.CONTIGUOUS), Errno.EINVAL);
  expect("too much", memoryCreate(0x20_0000 + PAGE, MemoryFlag.CONTIGUOUS), Errno.EINVAL);
  expect("unknown flags", memoryCreate(PAGE, 2), Errno.EINVAL);
  const port = <u64>portCreate(0);
  const plain = <u64>memoryCreate(PAGE);
  expect("where a port is", physicalAddress(port), Errno.EBADF);
  expect("where nothing is", physicalAddress(59), Errno.EBADF);
  expect("where plain memory is", physicalAddress(plain), Errno.EINVAL);
  const row = <u64>memoryCreate(3 * PAGE, MemoryFlag.CONTIGUOUS);
  const physical = <u64>physicalAddress(row);
  expect("behind it, in its block", sysMap(0, physical + 3 * PAGE, READ), Errno.EPERM);
  expect("before it", sysMap(0, physical - PAGE, READ), Errno.EPERM);
  expect("to execute it", sysMap(0, physical, READ | Protect.EXECUTE), Errno.EACCES);
  expect("zeroed", sum(row), 0);
  const last = <u64>sysMap(0, physical + 2 * PAGE, READ_WRITE);
  expect("to execute it by mprotect", mprotect(last, PAGE, READ | Protect.EXECUTE), Errno.EACCES);
  store64(last + 16, 5);
  expect("seen by its other name", sum(row), 5);
  expect("closed", handleClose(row), 0);
  expect("mine no more", sysMap(0, physical, READ), Errno.EPERM);
  expect("nor told where", physicalAddress(row), Errno.EBADF);
  expect("but still there", load64(last + 16), 5);
  expect("unmapped", sysUnmap(last), 0);
}

/** Of the third page's first words, mapped by handle. */
function sum(row: u64): i64 {
  const at = <u64>mmapShared(0, PAGE, READ, 0, row, 2 * PAGE);
  const found = load64(at) + load64(at + 8) + load64(at + 16);
  munmap(at, PAGE);
  return <i64>found;
}

function unmapping(own: u64): void {
  expect("not a page's", sysUnmap(own + 8), Errno.EINVAL);
  expect("nothing", sysUnmap(0), Errno.EINVAL);
  expect("the kernel's", sysUnmap(KERNEL_HALF), Errno.EINVAL);
  expect("anonymous memory", sysUnmap(own), Errno.ENOENT);
  expect("the heap", sysUnmap(heapStart()), Errno.ENOENT);
  expect("the message buffer", sysUnmap(messageBuffer()), Errno.ENOENT);
  expect("what is not mapped", sysUnmap(0x2_0000), Errno.ENOENT);
  const timer = <u64>sysMap(0, TIMER, READ);
  expect("once", sysUnmap(timer), 0);
  expect("twice", sysUnmap(timer), Errno.ENOENT);
  expect("at a place", sysMap(timer, TIMER, READ), timer);
  expect("sealed", mseal(timer, PAGE), 0);
  expect("for ever", sysUnmap(timer), Errno.EPERM);
}
