/** What is sealed stays: every call that would change it is refused, in a copy of the task too, and what is in it can be used as before. */
import {
  brk,
  Errno,
  exit,
  fork,
  heapStart,
  load64,
  MapFlag,
  mmap,
  mprotect,
  mseal,
  munmap,
  printLine,
  Protect,
  store64,
  syscall,
  wait,
} from "nitros";

const PAGE: u64 = 4096;
const MSEAL: u32 = 11;
const READ_WRITE: u64 = Protect.READ | Protect.WRITE;
const ANYWHERE: u64 = MapFlag.ANONYMOUS | MapFlag.PRIVATE;
const FIXED: u64 = ANYWHERE | MapFlag.FIXED;

let failures = 0;

export function main(): i32 {
  const own = <u64>mmap(0, 8 * PAGE, READ_WRITE, ANYWHERE);
  store64(own + 3 * PAGE, 3);
  refused(own);
  expect("two pages are sealed", mseal(own + 3 * PAGE, 2 * PAGE), 0);
  expect("and again", mseal(own + 2 * PAGE, 3 * PAGE), 0);
  sealed(own);
  const child = fork();
  if (child == 0) {
    sealed(own);
    exit(failures);
  }
  expect("the copy finds the same", wait(heapStart()), child);
  expect("and nothing wrong", <i64>load64(heapStart()), 0);
  beside(own);
  heap();
  return failures;
}

function refused(own: u64): void {
  expect("no length", mseal(own, 0), Errno.EINVAL);
  expect("a length that rounds up to 0", mseal(own, 0xffff_ffff_ffff_ffff), Errno.EINVAL);
  expect("not a page's first byte", mseal(own + 1, PAGE), Errno.EINVAL);
  expect("page 0", mseal(0, PAGE), Errno.EINVAL);
  expect("the kernel", mseal(0xffff_8000_0000_0000, PAGE), Errno.EINVAL);
  expect("a flag", syscall(MSEAL, own, PAGE, 1, 0, 0, 0), Errno.EINVAL);
  expect("more than is mapped", mseal(own, 9 * PAGE), Errno.ENOMEM);
  expect("what is not mapped", mseal(0x2_0000, PAGE), Errno.ENOMEM);
  expect("after which nothing is sealed", mprotect(own, 8 * PAGE, READ_WRITE), 0);
}

/** Pages 2 to 4 are. */
function sealed(own: u64): void {
  const page = own + 3 * PAGE;
  expect("it is not unmapped", munmap(page, PAGE), Errno.EPERM);
  expect("nor with all around it", munmap(own, 8 * PAGE), Errno.EPERM);
  expect("nor from its end on", munmap(own + 4 * PAGE, 2 * PAGE), Errno.EPERM);
  expect("nor protected", mprotect(page, PAGE, Protect.READ), Errno.EPERM);
  expect("nor with others", mprotect(own, 8 * PAGE, READ_WRITE), Errno.EPERM);
  expect("nor replaced", mmap(page, PAGE, READ_WRITE, FIXED), Errno.EPERM);
  expect("nor in part", mmap(own, 3 * PAGE, READ_WRITE, FIXED), Errno.EPERM);
  expect("nor with pages at once", mmap(page, PAGE, READ_WRITE, FIXED | MapFlag.POPULATE), Errno.EPERM);
  expect("what is in it is there", <i64>load64(page), 3);
  store64(page + 8, 9);
  expect("and can be written", <i64>load64(page + 8), 9);
  expect("what is beside it can be protected", mprotect(own, 2 * PAGE, Protect.READ), 0);
  expect("and back", mprotect(own, 2 * PAGE, READ_WRITE), 0);
}

/** What comes to lie beside it is not sealed. */
function beside(own: u64): void {
  expect("what is above it goes", munmap(own + 5 * PAGE, PAGE), 0);
  expect("and comes", mmap(own + 5 * PAGE, PAGE, READ_WRITE, FIXED), own + 5 * PAGE);
  expect("and goes again", munmap(own + 5 * PAGE, PAGE), 0);
}

function heap(): void {
  const end = brk(0);
  expect("the guard above the heap is sealed", mseal(<u64>end, PAGE), 0);
  expect("the heap does not grow", brk(<u64>end + PAGE), Errno.EPERM);
  expect("nor shrink", brk(<u64>end - PAGE), Errno.EPERM);
  expect("its last page is sealed", mseal(<u64>end - PAGE, PAGE), 0);
  expect("its first piece ends below that", brk(0), end - PAGE);
  expect("and has no room", brk(<u64>end), Errno.ENOMEM);
  expect("all of it is sealed", mseal(heapStart(), <u64>end - heapStart()), 0);
  expect("nothing moves its end", brk(<u64>end - PAGE), Errno.EPERM);
  store64(heapStart(), 1);
}

function expect(what: string, found: i64, wanted: i64): void {
  printLine(what);
  if (found == wanted) return;
  failures += 1;
  printLine("  which is wrong");
}
