/** A quota of frames: calls beyond it change nothing, a fault beyond it ends its task, and what is given back can be had again. */
import {
  Errno,
  exit,
  handleClose,
  load64,
  MapFlag,
  memoryCreate,
  memoryServe,
  memorySupply,
  mmap,
  mmapCopies,
  mmapShared,
  munmap,
  portCreate,
  Protect,
  Quota,
  quotaLimit,
  quotaUsed,
  store64,
} from "nitros";
import { endOfCopy, expect, failureCount, inCopy, left, settle, used } from "./check";

const PAGE: u64 = 4096;
const LARGE: u64 = 0x20_0000;
const READ_WRITE: u64 = Protect.READ | Protect.WRITE;
const ANYWHERE: u64 = MapFlag.ANONYMOUS | MapFlag.PRIVATE;
const POPULATED: u64 = ANYWHERE | MapFlag.POPULATE;
const KILLED: i64 = 256 + 14;

export function main(): i32 {
  quotaIsThere();
  settle();
  const first = <u64>mmap(0, 2 * PAGE, READ_WRITE, ANYWHERE);
  store64(first, 1);
  store64(first + PAGE, 1);
  populate();
  replace();
  touch();
  copies(first);
  shared();
  supplied();
  largePages();
  expect("nothing is left of all that", mapping(first), 0);
  return failureCount();
}

function quotaIsThere(): void {
  expect("the limit", quotaLimit(Quota.FRAMES), 200);
  expect("no limit", quotaLimit(Quota.REGIONS), Errno.ENOENT);
  expect("nor is anything counted for it", quotaUsed(Quota.REGIONS), Errno.ENOENT);
  expect("no such kind", quotaLimit(4), Errno.EINVAL);
  expect("nor used", quotaUsed(4), Errno.EINVAL);
}

/** 0 when `first` still has what was written there. */
function mapping(first: u64): i64 {
  return load64(first) == 1 && load64(first + PAGE) == 1 ? 0 : 1;
}

function populate(): void {
  const before = used();
  const room = <u64>left(Quota.FRAMES);
  expect("a page too many", mmap(0, (room + 1) * PAGE, READ_WRITE, POPULATED), Errno.ENOMEM);
  expect("changes nothing", used(), before);
  const all = mmap(0, room * PAGE, READ_WRITE, POPULATED);
  expect("all that there may be", left(Quota.FRAMES), 0);
  expect("goes", munmap(<u64>all, room * PAGE), 0);
  expect("and is back", used(), before);
}

/** FIXED and POPULATE makes the new pages before the old ones go. */
function replace(): void {
  const before = used();
  const half = <u64>left(Quota.FRAMES) / 2 + 1;
  const at = <u64>mmap(0, half * PAGE, READ_WRITE, POPULATED);
  store64(at, 7);
  const again = POPULATED | MapFlag.FIXED;
  expect("both are too many", mmap(at, half * PAGE, READ_WRITE, again), Errno.ENOMEM);
  expect("what was there is there", <i64>load64(at), 7);
  expect("half of both is not", mmap(at, (half / 2) * PAGE, READ_WRITE, again), at);
  expect("and is new", <i64>load64(at), 0);
  expect("all goes", munmap(at, half * PAGE), 0);
  expect("and is back after a replacement", used(), before);
}

function touch(): void {
  const before = used();
  if (inCopy()) {
    const next = useUp();
    // The page of zeros is nobody's.
    if (load64(next) != 0) exit(2);
    store64(next, 1);
    exit(3);
  }
  expect("who touches a page too many is killed", endOfCopy(), KILLED);
  expect("and all is back", used(), before);
}

/** Touches pages until there may be no more. The first one that is not touched. */
function useUp(): u64 {
  let at = <u64>mmap(0, 512 * PAGE, READ_WRITE, ANYWHERE);
  for (; left(Quota.FRAMES) > 0; at += PAGE) store64(at, 1);
  return at;
}

/** What copies share counts once, for all of them together, and a copy's own counts beside it. */
function copies(first: u64): void {
  const before = quotaUsed(Quota.FRAMES);
  if (inCopy()) {
    const shared = quotaUsed(Quota.FRAMES);
    store64(first, 2);
    store64(first + PAGE, 2);
    exit(<i32>(quotaUsed(Quota.FRAMES) - shared));
  }
  const own = endOfCopy();
  // Two pages, and perhaps one of its stack.
  expect("a copy has frames of its own", own == 2 || own == 3 ? 1 : 0, 1);
  expect("which go with it", quotaUsed(Quota.FRAMES), before);
  expect("and are not those of the others", mapping(first), 0);
}

/** Memory to share counts for whoever made it, as long as there is such memory. */
function shared(): void {
  const before = used();
  const memory = <u64>memoryCreate(512 * PAGE);
  const at = <u64>mmapShared(0, 512 * PAGE, READ_WRITE, 0, memory, 0);
  const frames = quotaUsed(Quota.FRAMES);
  store64(at, 5);
  // The page, and the object's table that leads there.
  expect("the first page", quotaUsed(Quota.FRAMES) - frames, 2);
  if (inCopy()) {
    for (let page: u64 = 1; page < 50; page++) store64(at + page * PAGE, page);
    exit(0);
  }
  expect("a copy makes some", endOfCopy(), 0);
  expect("and they stay", quotaUsed(Quota.FRAMES) - frames, 51);
  expect("a copy of a page needs one more", copyOfFirst(memory), KILLED);
  if (inCopy()) {
    for (let page: u64 = 50; page < 512; page++) store64(at + page * PAGE, page);
    exit(1);
  }
  expect("who wants too many pages of it is killed", endOfCopy(), KILLED);
  expect("it goes from here", munmap(at, 512 * PAGE), 0);
  expect("and is there", quotaUsed(Quota.FRAMES) - frames > 51 ? 1 : 0, 1);
  expect("until nobody has it", handleClose(memory), 0);
  expect("and all of it is back", used(), before);
}

/** Its first page mapped as the task's own, and written, in a copy. */
function copyOfFirst(memory: u64): i64 {
  if (inCopy()) {
    const own = <u64>mmapCopies(0, PAGE, READ_WRITE, 0, memory, 0);
    useUp();
    if (load64(own) != 5) exit(2);
    store64(own, 6);
    exit(1);
  }
  return endOfCopy();
}

/** Pages that this task supplies are its own to pay for. */
function supplied(): void {
  const before = used();
  const port = <u64>portCreate(0);
  const memory = <u64>memoryServe(64 * PAGE, port, 0);
  const room = <u64>left(Quota.FRAMES);
  // The object's table, and two pages.
  const taken = room - 3;
  const at = <u64>mmap(0, taken * PAGE, READ_WRITE, POPULATED);
  expect("as many as there may be", memorySupply(memory, 0, at, 4 * PAGE), 2 * PAGE);
  expect("none is left", left(Quota.FRAMES), 0);
  expect("others go for one more", memorySupply(memory, 2 * PAGE, at, PAGE), PAGE);
  expect("two did", left(Quota.FRAMES), 1);
  expect("those that are there, are", memorySupply(memory, 2 * PAGE, at, 4 * PAGE), 2 * PAGE);
  munmap(at, taken * PAGE);
  handleClose(memory);
  handleClose(port);
  expect("what was supplied is back", used(), before);
}

/** With fewer frames left than a large page has, there are small ones. */
function largePages(): void {
  const before = used();
  const at = <u64>mmap(0, 2 * LARGE, READ_WRITE, ANYWHERE);
  const frames = quotaUsed(Quota.FRAMES);
  store64(at + LARGE, 1);
  expect("a small page", quotaUsed(Quota.FRAMES) - frames, 1);
  munmap(at, 2 * LARGE);
  expect("which goes", used(), before);
}
