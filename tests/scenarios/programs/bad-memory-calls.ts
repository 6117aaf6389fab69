/** Wrong arguments of the calls that change memory get the error that POSIX names, and nothing changes. */
import { brk, Errno, heapStart, load8, log, MapFlag, mmap, mprotect, munmap, printLine, Protect, store8 } from "nitros";

const PAGE: u64 = 4096;
const USER_END: u64 = 0x0000_8000_0000_0000;
const KERNEL_HALF: u64 = 0xffff_8000_0000_0000;
const TOP: u64 = 0xffff_ffff_ffff_ffff;
const READ_WRITE: u64 = Protect.READ | Protect.WRITE;
const ANYWHERE: u64 = MapFlag.ANONYMOUS | MapFlag.PRIVATE;
const FIXED: u64 = ANYWHERE | MapFlag.FIXED;
const NOREPLACE: u64 = ANYWHERE | MapFlag.FIXED_NOREPLACE;

let failures = 0;

export function main(): i32 {
  const own = <u64>mmap(0, 4 * PAGE, READ_WRITE, ANYWHERE);
  store8(own + PAGE, 42);
  addresses();
  lengths(own);
  rights(own);
  overlaps(own);
  heap();
  expect("what was mapped is as it was", <i64>load8(own + PAGE), 42);
  return failures;
}

/** Each of the three calls, for one page at `address`. */
function refused(what: string, address: u64): void {
  printLine(what);
  expect("mmap", mmap(address, PAGE, READ_WRITE, FIXED), Errno.EINVAL);
  expect("mmap of what is free", mmap(address, PAGE, READ_WRITE, NOREPLACE), Errno.EINVAL);
  expect("munmap", munmap(address, PAGE), Errno.EINVAL);
  expect("mprotect", mprotect(address, PAGE, Protect.READ), Errno.EINVAL);
}

function addresses(): void {
  refused("page 0", 0);
  refused("the end of the first 64 KiB", 15 * PAGE);
  refused("not a page's", 0x2_0001);
  refused("the last page of the user half", USER_END - PAGE);
  refused("not canonical", USER_END);
  refused("not canonical, from above", KERNEL_HALF - PAGE);
  refused("the kernel's", KERNEL_HALF);
  refused("the last page of all", TOP - (PAGE - 1));
}

function lengths(own: u64): void {
  expect("mmap of nothing", mmap(0, 0, READ_WRITE, ANYWHERE), Errno.EINVAL);
  expect("mmap of a length that rounds up to 0", mmap(0, TOP, READ_WRITE, ANYWHERE), Errno.EINVAL);
  expect("mmap of more than there is", mmap(0, USER_END, READ_WRITE, ANYWHERE), Errno.ENOMEM);
  expect("mmap over the end of the user half", mmap(own, USER_END - own, READ_WRITE, FIXED), Errno.EINVAL);
  expect("mmap that wraps", mmap(own, TOP - own, READ_WRITE, FIXED), Errno.EINVAL);
  expect("munmap of nothing", munmap(own, 0), Errno.EINVAL);
  expect("munmap of a length that rounds up to 0", munmap(own, TOP), Errno.EINVAL);
  expect("munmap into the kernel", munmap(own, KERNEL_HALF - own), Errno.EINVAL);
  expect("mprotect of nothing", mprotect(own, 0, Protect.READ), Errno.EINVAL);
  expect("mprotect over the end of the user half", mprotect(own, USER_END - own, Protect.READ), Errno.EINVAL);
}

function rights(own: u64): void {
  const all: u64 = READ_WRITE | Protect.EXECUTE;
  expect("mmap to write and execute", mmap(0, PAGE, all, ANYWHERE), Errno.EACCES);
  expect("mprotect to write and execute", mprotect(own, PAGE, all), Errno.EACCES);
  expect("mmap with unknown rights", mmap(0, PAGE, 8, ANYWHERE), Errno.EINVAL);
  expect("mprotect with unknown rights", mprotect(own, PAGE, TOP), Errno.EINVAL);
  expect("mmap with unknown flags", mmap(0, PAGE, READ_WRITE, TOP), Errno.EINVAL);
  expect("mmap of what is neither", mmap(0, PAGE, READ_WRITE, 0), Errno.EINVAL);
  expect("mprotect of the heap's guard", mprotect(heapStart() - PAGE, PAGE, READ_WRITE), Errno.EACCES);
  expect("mprotect to nothing", mprotect(own, PAGE, 0), 0);
  expect("log of what may not be read", log(own, 8), Errno.EFAULT);
  expect("mprotect back", mprotect(own, PAGE, READ_WRITE), 0);
}

function overlaps(own: u64): void {
  expect("mmap where something is", mmap(own, PAGE, READ_WRITE, NOREPLACE), Errno.EEXIST);
  expect("mmap whose end is where something is", mmap(own - PAGE, 2 * PAGE, READ_WRITE, NOREPLACE), Errno.EEXIST);
  expect("mprotect beyond what is mapped", mprotect(own, 5 * PAGE, Protect.READ), Errno.ENOMEM);
  expect("mprotect of what is not mapped", mprotect(0x2_0000, PAGE, Protect.READ), Errno.ENOMEM);
  expect("munmap of what is not mapped", munmap(0x2_0000, PAGE), 0);
}

function heap(): void {
  const end = brk(0);
  expect("brk below the heap", brk(heapStart()), Errno.EINVAL);
  expect("brk into the kernel", brk(KERNEL_HALF), Errno.EINVAL);
  expect("brk of all", brk(TOP), Errno.EINVAL);
  expect("brk into another zone", brk(USER_END - PAGE), Errno.EINVAL);
  expect("mmap above the heap", mmap(<u64>end + 4 * PAGE, PAGE, READ_WRITE, NOREPLACE), end + 4 * PAGE);
  expect("brk over it", brk(<u64>end + 5 * PAGE), Errno.ENOMEM);
  expect("munmap of it", munmap(<u64>end + 4 * PAGE, PAGE), 0);
  expect("the heap ends where it did", brk(0), end);
}

function expect(what: string, found: i64, wanted: i64): void {
  if (found == wanted) return;
  failures += 1;
  printLine(what);
}
