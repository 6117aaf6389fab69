/** A module whose manifest has a quota: what it spawns counts, unless that has a quota of its own. */
import {
  Errno,
  handleClose,
  heapStart,
  MapFlag,
  memoryCreate,
  MemoryFlag,
  messageBuffer,
  mmap,
  munmap,
  Protect,
  Quota,
  quotaLimit,
  quotaUsed,
  spawn,
  store8,
  wait,
} from "nitros";
import { endOfCopy, expect, failureCount, left, settle, used } from "./check";

const PAGE: u64 = 4096;
const POPULATED: u64 = MapFlag.ANONYMOUS | MapFlag.PRIVATE | MapFlag.POPULATE;

export function main(): i32 {
  settle();
  messageBuffer();
  spawnNamed("");
  expect("the manifest's limit", quotaLimit(Quota.FRAMES), 400);
  expect("which the command has changed", quotaLimit(Quota.TABLES), 50);
  const before = used();
  contiguous();
  expect("a program is spawned", spawnNamed("plain") > 0 ? 1 : 0, 1);
  expect("and counts", quotaUsed(Quota.FRAMES) > (before & 0xffff) ? 1 : 0, 1);
  wait(heapStart());
  expect("it ends well", endOfCopy(), 0);
  expect("and all is back", used(), before);
  const room = <u64>left(Quota.FRAMES) - 10;
  const at = <u64>mmap(0, room * PAGE, Protect.READ | Protect.WRITE, POPULATED);
  const full = used();
  expect("another has no room", spawnNamed("plain"), Errno.ENOMEM);
  expect("and nothing is left of it", used(), full);
  expect("one with a quota of its own has", spawnNamed("limited") > 0 ? 1 : 0, 1);
  expect("and does not count", used(), full);
  wait(heapStart());
  expect("it ends well, too", endOfCopy(), 0);
  munmap(at, room * PAGE);
  return failureCount();
}

/** By way of the message buffer, which is there from its first use on. */
function spawnNamed(name: string): i64 {
  for (let i = 0; i < name.length; i++) store8(messageBuffer() + i, <u8>name.charCodeAt(i));
  if (name.length == 0) store8(messageBuffer(), 0);
  return spawn(messageBuffer(), name.length);
}

/** Frames in a row count by the block that they are from. */
function contiguous(): void {
  const before = used();
  const memory = memoryCreate(5 * PAGE, MemoryFlag.CONTIGUOUS);
  expect("five pages are of a block of eight", quotaUsed(Quota.FRAMES) - (before & 0xffff), 8);
  expect("which goes", handleClose(<u64>memory), 0);
  expect("and is back", used(), before);
  expect("two MiB are too many", memoryCreate(512 * PAGE, MemoryFlag.CONTIGUOUS), Errno.ENOMEM);
  expect("of which nothing is left", used(), before);
}
