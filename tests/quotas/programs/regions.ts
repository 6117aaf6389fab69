/** A quota of regions: calls that would make one too many answer ENOMEM and change nothing; those that make none go on. */
import {
  brk,
  Errno,
  exit,
  fork,
  load64,
  MapFlag,
  mmap,
  mprotect,
  mseal,
  munmap,
  Protect,
  Quota,
  store64,
} from "nitros";
import { endOfCopy, expect, failureCount, inCopy, left, settle, used } from "./check";

const PAGE: u64 = 4096;
const READ_WRITE: u64 = Protect.READ | Protect.WRITE;
const ANYWHERE: u64 = MapFlag.ANONYMOUS | MapFlag.PRIVATE;
const PAGES: u64 = 128;

export function main(): i32 {
  settle();
  const before = used();
  copies();
  const at = <u64>mmap(0, PAGES * PAGE, READ_WRITE, ANYWHERE);
  const next = useUp(at);
  full(at, next);
  almostFull(at, next);
  expect("all of it can go", munmap(at, (PAGES + 1) * PAGE), 0);
  expect("and is back", used(), before);
  return failureCount();
}

/** Makes every other page one to be read, until there may be no more regions. The second page of the last region that is not one of these. */
function useUp(at: u64): u64 {
  let next = at + PAGE;
  for (; left(Quota.REGIONS) >= 2; next += 2 * PAGE) mprotect(next, PAGE, Protect.READ);
  if (left(Quota.REGIONS) == 1) mprotect(at + (PAGES - 1) * PAGE, PAGE, Protect.READ);
  return next;
}

/** A copy has as many as the task that it is a copy of, and they count. */
function copies(): void {
  const before = used();
  if (inCopy()) {
    useUp(<u64>mmap(0, PAGES * PAGE, READ_WRITE, ANYWHERE));
    exit(<i32>left(Quota.REGIONS));
  }
  expect("a copy has what is left", endOfCopy(), 0);
  expect("and gives it back", used(), before);
}

function full(at: u64, next: u64): void {
  expect("none is left", left(Quota.REGIONS), 0);
  const before = used();
  store64(next + PAGE, 7);
  expect("no part can be protected", mprotect(next + PAGE, PAGE, Protect.READ), Errno.ENOMEM);
  expect("nor removed", munmap(next + PAGE, PAGE), Errno.ENOMEM);
  expect("nor sealed", mseal(next + PAGE, PAGE), Errno.ENOMEM);
  expect("nor replaced", mmap(next + PAGE, PAGE, READ_WRITE, ANYWHERE | MapFlag.FIXED), Errno.ENOMEM);
  expect("no mapping elsewhere", mmap(at + 0x100_0000, PAGE, READ_WRITE, ANYWHERE), Errno.ENOMEM);
  expect("with all pages neither", mmap(at + 0x100_0000, PAGE, READ_WRITE, ANYWHERE | MapFlag.POPULATE), Errno.ENOMEM);
  expect("no copy", fork(), Errno.ENOMEM);
  expect("nothing has changed", used(), before);
  expect("nor has what is there", <i64>load64(next + PAGE), 7);
  goesOn(at);
  expect("none has become more", used(), before);
}

/** What makes no region. */
function goesOn(at: u64): void {
  const end = <u64>brk(0);
  expect("the heap grows", brk(end + PAGE), end + PAGE);
  expect("and shrinks", brk(end), end);
  expect("a whole region changes", mprotect(at + PAGE, PAGE, 0), 0);
  expect("and back", mprotect(at + PAGE, PAGE, Protect.READ), 0);
}

/** With one left. */
function almostFull(at: u64, next: u64): void {
  expect("two become one with what they are like", mprotect(at, PAGE, Protect.READ), 0);
  expect("so that one is left", left(Quota.REGIONS), 1);
  const before = used();
  expect("not a cut at both ends", mprotect(next + PAGE, PAGE, Protect.READ), Errno.ENOMEM);
  expect("nothing changes", used(), before);
  expect("a cut at one", mprotect(next - PAGE, PAGE, 0), 0);
}
