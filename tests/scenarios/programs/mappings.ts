/** Where `mmap` puts what, and what becomes of what was there: hints, FIXED, FIXED_NOREPLACE, POPULATE, memory for nothing, guards. */
import {
  brk,
  Errno,
  load64,
  log,
  MapFlag,
  mmap,
  mprotect,
  munmap,
  print,
  printLine,
  printNumber,
  Protect,
  store64,
} from "nitros";

const PAGE: u64 = 4096;
const READ_WRITE: u64 = Protect.READ | Protect.WRITE;
const ANYWHERE: u64 = MapFlag.ANONYMOUS | MapFlag.PRIVATE;
const FIXED: u64 = ANYWHERE | MapFlag.FIXED;
const NOREPLACE: u64 = ANYWHERE | MapFlag.FIXED_NOREPLACE;
const GUARD: u64 = ANYWHERE | MapFlag.GUARD;

let failures = 0;

export function main(): i32 {
  const own = <u64>mmap(0, 16 * PAGE, READ_WRITE, ANYWHERE);
  for (let page: u64 = 0; page < 16; page++) store64(own + page * PAGE, page + 1);
  hints(own);
  replacements(own);
  nothing(own);
  guards(own);
  guardAboveTheHeap();
  expect("the first page is as it was", <i64>load64(own), 1);
  expect("the last page is as it was", <i64>load64(own + 15 * PAGE), 16);
  return failures;
}

function hints(own: u64): void {
  const free = own + 0x100_0000;
  expect("a hint where all is free", mmap(free, 2 * PAGE, READ_WRITE, ANYWHERE), free);
  expect("a hint within a page", mmap(free + 2 * PAGE + 5, PAGE, READ_WRITE, ANYWHERE), free + 2 * PAGE);
  expectOther("a hint where something is", mmap(free + PAGE, PAGE, READ_WRITE, ANYWHERE), free + PAGE);
  expectOther("a hint just below something", mmap(free - PAGE, 2 * PAGE, READ_WRITE, ANYWHERE), free - PAGE);
  expectOther("a hint in the first 64 KiB", mmap(PAGE, PAGE, READ_WRITE, ANYWHERE), PAGE);
  expectOther("a hint in the kernel", mmap(0xffff_8000_0000_0000, PAGE, READ_WRITE, ANYWHERE), 0xffff_8000_0000_0000);
  expect("what was hinted goes", munmap(free, 3 * PAGE), 0);
}

function replacements(own: u64): void {
  expect("both ways to be exact: not at all", mmap(own, PAGE, READ_WRITE, NOREPLACE | MapFlag.FIXED), Errno.EEXIST);
  expect("not over the end of it either", mmap(own + 15 * PAGE, 2 * PAGE, READ_WRITE, NOREPLACE), Errno.EEXIST);
  expect("nor to write and execute", mmap(own, PAGE, Protect.ALL, FIXED), Errno.EACCES);
  expect("nor with all pages", mmap(own, PAGE, Protect.ALL, FIXED | MapFlag.POPULATE), Errno.EACCES);
  expect("a page is replaced", mmap(own + PAGE, PAGE, READ_WRITE, FIXED), own + PAGE);
  expect("by zeros", <i64>load64(own + PAGE), 0);
  expect("two, with all pages", mmap(own + 3 * PAGE, 2 * PAGE, READ_WRITE, FIXED | MapFlag.POPULATE), own + 3 * PAGE);
  expect("by zeros as well", <i64>(load64(own + 3 * PAGE) | load64(own + 4 * PAGE)), 0);
  expect("beside them nothing changes", <i64>(load64(own + 2 * PAGE) + load64(own + 5 * PAGE)), 3 + 6);
  const more = own + 0x200_0000;
  expect("free, with all pages", mmap(more, 3 * PAGE, READ_WRITE, NOREPLACE | MapFlag.POPULATE), more);
  expect("and over its half", mmap(more + PAGE, 3 * PAGE, READ_WRITE, FIXED | MapFlag.POPULATE), more + PAGE);
  expect("which goes", munmap(more, 4 * PAGE), 0);
}

/** PROT_NONE: addresses that are taken, and memory that keeps what is in it. */
function nothing(own: u64): void {
  const page = own + 7 * PAGE;
  expect("a page for nothing", mprotect(page, PAGE, 0), 0);
  expect("the kernel does not read it either", log(page, 8), Errno.EFAULT);
  expect("a page to read again", mprotect(page, PAGE, Protect.READ), 0);
  expect("in which is what was", <i64>load64(page), 8);
  expect("and to write", mprotect(page, PAGE, READ_WRITE), 0);
  const taken = mmap(0, PAGE, 0, ANYWHERE | MapFlag.POPULATE);
  expect("memory for nothing from the start", mprotect(<u64>taken, PAGE, READ_WRITE), 0);
  store64(<u64>taken, 5);
  expect("holds what is written", <i64>load64(<u64>taken), 5);
}

function guards(own: u64): void {
  const guard = own + 9 * PAGE;
  expect("a guard that may be read", mmap(0, PAGE, Protect.READ, GUARD), Errno.EINVAL);
  expect("a guard", mmap(guard, 2 * PAGE, 0, GUARD | MapFlag.FIXED | MapFlag.POPULATE), guard);
  expect("is not read by the kernel", log(guard, 8), Errno.EFAULT);
  expect("nor made memory", mprotect(guard, PAGE, READ_WRITE), Errno.EACCES);
  expect("nor with what is around it", mprotect(own, 16 * PAGE, Protect.READ), Errno.EACCES);
  expect("its first page goes", munmap(guard, PAGE), 0);
  expect("and is free", mmap(guard, PAGE, READ_WRITE, NOREPLACE), guard);
  expect("the second is replaced", mmap(guard + PAGE, PAGE, READ_WRITE, FIXED), guard + PAGE);
  expect("by zeros", <i64>(load64(guard) | load64(guard + PAGE)), 0);
}

/** The heap's own guard moves with its end; one of several pages stays, and is in the way. */
function guardAboveTheHeap(): void {
  const end = <u64>brk(0);
  expect("a longer guard above the heap", mmap(end, 4 * PAGE, 0, GUARD | MapFlag.FIXED), end);
  expect("stops it", brk(end + PAGE), Errno.ENOMEM);
  expect("and is gone", munmap(end, 4 * PAGE), 0);
  expect("then nothing does", brk(end + PAGE), end + PAGE);
}

function expect(what: string, found: i64, wanted: i64): void {
  printLine(what);
  if (found == wanted) return;
  failures += 1;
  print("  found ");
  printNumber(found);
  print(", wanted ");
  printNumber(wanted);
  printLine("");
}

/** It is mapped, and not at `address`. */
function expectOther(what: string, found: i64, address: u64): void {
  expect(what, found > 0 && <u64>found != address ? 1 : 0, 1);
  expect("what was mapped goes", munmap(<u64>found, PAGE), 0);
}
