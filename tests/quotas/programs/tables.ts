/** A quota of page tables: calls that need one more answer ENOMEM and change nothing, a fault that does ends its task. */
import {
  Errno,
  exit,
  fork,
  handleClose,
  handleRevoke,
  heapStart,
  load64,
  MapFlag,
  memoryCreate,
  mmap,
  mmapShared,
  mprotect,
  mseal,
  munmap,
  Protect,
  Quota,
  store64,
  wait,
  yieldNow,
} from "nitros";
import { endOfCopy, expect, failureCount, inCopy, left, settle, used } from "./check";

const PAGE: u64 = 4096;
const LARGE: u64 = 0x20_0000;
const READ_WRITE: u64 = Protect.READ | Protect.WRITE;
const ANYWHERE: u64 = MapFlag.ANONYMOUS | MapFlag.PRIVATE;
const KILLED: i64 = 256 + 14;

export function main(): i32 {
  settle();
  const before = used();
  faults();
  largePage();
  copies();
  revoked();
  expect("nothing is left of all that", used(), before);
  return failureCount();
}

const RANGE: u64 = 512 * LARGE;
let range: u64 = 0;

/** Reads a page of each 2 MiB of a new range until there may be no more tables. Where the next one would be. */
function useUp(): u64 {
  range = <u64>mmap(0, RANGE, Protect.READ, ANYWHERE);
  let next = range;
  for (; left(Quota.TABLES) > 0; next += LARGE) load64(next);
  return next;
}

function faults(): void {
  const before = used();
  if (inCopy()) {
    load64(useUp());
    exit(1);
  }
  expect("who needs a table too many is killed", endOfCopy(), KILLED);
  expect("and all is back", used(), before);
}

/** A large page is taken apart into a table: not without one. */
function largePage(): void {
  const before = used();
  const all = <u64>mmap(0, 3 * LARGE, READ_WRITE, ANYWHERE);
  const at = (all + LARGE - 1) & ~(LARGE - 1);
  store64(at, 1);
  useUp();
  const full = used();
  const elsewhere = range + 4 * RANGE;
  expect("no part can be protected", mprotect(at, PAGE, Protect.READ), Errno.ENOMEM);
  expect("nor removed", munmap(at + PAGE, PAGE), Errno.ENOMEM);
  expect("nor sealed", mseal(at + PAGE, PAGE), Errno.ENOMEM);
  expect("no page elsewhere", mmap(elsewhere, PAGE, READ_WRITE, ANYWHERE | MapFlag.POPULATE), Errno.ENOMEM);
  expect("no copy", fork(), Errno.ENOMEM);
  expect("nothing has changed", used(), full);
  store64(at, 2);
  expect("all of it can go", munmap(all, 3 * LARGE), 0);
  expect("and the others", munmap(range, RANGE), 0);
  expect("with their tables", used(), before);
}

/** Tables that copies share count once. Whoever changes something below one needs one of its own. */
function copies(): void {
  const before = used();
  const at = <u64>mmap(0, PAGE, READ_WRITE, ANYWHERE);
  store64(at, 1);
  if (inCopy()) {
    useUp();
    store64(at, 2);
    exit(1);
  }
  expect("who needs one of its own, and may have none, is killed", endOfCopy(), KILLED);
  expect("what the other has is as it was", <i64>load64(at), 1);
  munmap(at, PAGE);
  expect("and all of the copies is back", used(), before);
}

/** Memory is taken back from whoever has it, with tables that the quota does not allow if need be. */
function revoked(): void {
  const before = used();
  const memory = <u64>memoryCreate(PAGE);
  const own = <u64>mmap(0, 4 * PAGE, READ_WRITE, ANYWHERE);
  store64(own, 1);
  const at = <u64>mmapShared(own + PAGE, PAGE, READ_WRITE, MapFlag.FIXED, memory, 0);
  store64(at, 5);
  const copy = fork();
  if (copy == 0) {
    // Below the table that it shares with the other.
    for (; load64(at) == 5;) yieldNow();
    exit(1);
  }
  // A call, which writes to the stack: while a table for that may be made.
  expect("a copy", copy > 0 ? 1 : 0, 1);
  useUp();
  expect("what a copy has of it goes", handleRevoke(memory), 0);
  expect("with a table more than may be", left(Quota.TABLES) < 0 ? 1 : 0, 1);
  expect("the others go", munmap(range, RANGE), 0);
  wait(heapStart());
  expect("who reads on is killed", endOfCopy(), KILLED);
  expect("here it is as it was", <i64>load64(at), 5);
  munmap(own, 4 * PAGE);
  handleClose(memory);
  expect("then all is back", used(), before);
}
