/** Errors of the calls by physical address, in a module that may have two devices and contiguous memory, and not many regions. */
import {
  Errno,
  fork,
  heapStart,
  MapFlag,
  memoryCreate,
  MemoryFlag,
  mmap,
  mmapShared,
  mprotect,
  mseal,
  munmap,
  physicalAddress,
  Protect,
  store64,
  sysMap,
  sysUnmap,
} from "nitros";
import { expect, failureCount, refused } from "./refused";
import { giveBack, takeRegions } from "./shortage";

const PAGE: u64 = 4096;
const TIMER: u64 = 0xfed0_0000;
const DEVICE: u64 = 0xf000_0000;
const LAST_PAGE: u64 = 0x7fff_ffff_f000;
const KERNEL: u64 = 0xffff_8000_0000_0000;
const READ: u64 = Protect.READ;
const READ_WRITE: u64 = Protect.READ | Protect.WRITE;
const OWN: u64 = MapFlag.PRIVATE | MapFlag.ANONYMOUS;
const MOST_IN_ROW: u64 = 0x20_0000;

/** A page that is mapped all the time. */
let own: u64 = 0;

export function main(): i32 {
  own = <u64>mmap(0, PAGE, READ_WRITE, OWN);
  expect("a device, which is write-combining from here on", sysMap(0, DEVICE, READ_WRITE), own + PAGE);
  ofArguments();
  ofGrants();
  ofMemory();
  ofUnmapping();
  withoutMemory();
  withoutAddresses();
  refused("fork", Errno.EPERM, "the task is a module", fork());
  return failureCount();
}

function ofArguments(): void {
  const others = "`address` is neither 0 nor the first byte of a page of the task's own addresses";
  refused("sys_map", Errno.EINVAL, others, sysMap(own + 8, TIMER, READ));
  refused("sys_map", Errno.EINVAL, others, sysMap(PAGE, TIMER, READ));
  refused("sys_map", Errno.EINVAL, others, sysMap(LAST_PAGE, TIMER, READ));
  refused("sys_map", Errno.EINVAL, others, sysMap(KERNEL, TIMER, READ));
  refused("sys_map", Errno.EINVAL, "`physical` is no page's first", sysMap(0, TIMER + 8, READ));
  refused("sys_map", Errno.EINVAL, "no flags", sysMap(0, TIMER, 0));
  refused("sys_map", Errno.EINVAL, "flags that are not defined", sysMap(0, TIMER, 8));
  refused("sys_map", Errno.EEXIST, "something is mapped at `address`", sysMap(own, TIMER, READ));
}

function ofGrants(): void {
  refused("sys_map", Errno.EACCES, "to execute", sysMap(0, TIMER, READ | Protect.EXECUTE));
  const notGranted = "the page is neither granted nor the task's";
  refused("sys_map", Errno.EPERM, notGranted, sysMap(0, TIMER + PAGE, READ));
  refused("sys_map", Errno.EPERM, notGranted, sysMap(0, 0, READ));
  refused("sys_map", Errno.EPERM, notGranted, sysMap(0, 0x10_0000, READ));
  refused("sys_map", Errno.EPERM, notGranted, sysMap(0, 0 - PAGE, READ));
  refused("sys_map", Errno.EPERM, "it is not to be written", sysMap(0, TIMER, READ_WRITE));
  const timer = <u64>sysMap(0, TIMER, READ);
  const toRead = "to write what the handle that it is mapped by, or the manifest, allows to be read";
  refused("mprotect", Errno.EACCES, toRead, mprotect(timer, PAGE, READ_WRITE));
  const toExecute = mprotect(timer, PAGE, READ | Protect.EXECUTE);
  refused("mprotect", Errno.EACCES, "to execute a device's memory", toExecute);
  expect("it goes", sysUnmap(timer), 0);
}

function ofMemory(): void {
  const plain = <u64>memoryCreate(PAGE);
  const apart = "`PHYSICAL`, and the frames of that memory do not lie in a row";
  refused("info", Errno.EINVAL, apart, physicalAddress(plain));
  const none = "`PHYSICAL` or `MEMORY_BYTES`, and `argument` is no handle of memory";
  refused("info", Errno.EBADF, none, physicalAddress(59));
  const tooMuch = memoryCreate(MOST_IN_ROW + PAGE, MemoryFlag.CONTIGUOUS);
  refused("memory_create", Errno.EINVAL, "with `CONTIGUOUS` more than 2 MiB", tooMuch);
}

function ofUnmapping(): void {
  const others = "not the first byte of a page of the task's own addresses";
  refused("sys_unmap", Errno.EINVAL, others, sysUnmap(own + 8));
  refused("sys_unmap", Errno.EINVAL, others, sysUnmap(0));
  refused("sys_unmap", Errno.EINVAL, others, sysUnmap(KERNEL));
  refused("sys_unmap", Errno.ENOENT, "no such page is mapped there", sysUnmap(own));
  refused("sys_unmap", Errno.ENOENT, "no such page is mapped there", sysUnmap(heapStart()));
  refused("sys_unmap", Errno.ENOENT, "no such page is mapped there", sysUnmap(0x2_0000));
  const timer = <u64>sysMap(0, TIMER, READ);
  expect("sealed", mseal(timer, PAGE), 0);
  refused("sys_unmap", Errno.EPERM, "it is sealed", sysUnmap(timer));
}

/** With all the regions that there may be. */
function withoutMemory(): void {
  const row = <u64>memoryCreate(3 * PAGE, MemoryFlag.CONTIGUOUS);
  const at = <u64>mmapShared(0, 3 * PAGE, READ_WRITE, 0, row, 0);
  takeRegions();
  refused("sys_map", Errno.ENOMEM, "no memory", sysMap(0, TIMER, READ));
  refused("sys_map", Errno.ENOMEM, "no memory", sysMap(0, <u64>physicalAddress(row), READ));
  refused("sys_unmap", Errno.ENOMEM, "no memory for what must be remembered", sysUnmap(at + PAGE));
  store64(at + PAGE, 1);
  giveBack();
  expect("now it goes", sysUnmap(at + PAGE), 0);
  expect("and all of it", munmap(at, 3 * PAGE), 0);
}

/** Everything between the others' zones is taken, for nothing. */
function withoutAddresses(): void {
  const first = <u64>mmap(0, PAGE, 0, OWN);
  for (let bytes: u64 = 1 << 46; bytes >= PAGE; bytes >>= 1) while (mmap(0, bytes, 0, OWN) > 0) continue;
  refused("mmap", Errno.ENOMEM, "no free addresses for so much", mmap(0, PAGE, 0, OWN));
  refused("sys_map", Errno.ENOMEM, "no addresses", sysMap(0, TIMER, READ));
  expect("a page goes", munmap(first, PAGE), 0);
  expect("and is another's", sysMap(0, TIMER, READ), first);
}
