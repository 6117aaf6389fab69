/** A quota of handles: calls that would give one too many answer ENOMEM and change nothing. */
import {
  Errno,
  exit,
  fork,
  handleClose,
  MapFlag,
  memoryCreate,
  memoryServe,
  mmapShared,
  munmap,
  portCreate,
  portName,
  portOpen,
  Protect,
  Quota,
  quotaUsed,
} from "nitros";
import { endOfCopy, expect, failureCount, inCopy, left, settle, used } from "./check";

const PAGE: u64 = 4096;
const READ_WRITE: u64 = Protect.READ | Protect.WRITE;

export function main(): i32 {
  settle();
  const before = used();
  const port = <u64>portCreate(portName("quota"));
  mappings();
  copies();
  full(port);
  expect("all can be closed", closeAll(port), 0);
  expect("and is back", used(), before);
  return failureCount();
}

/** A handle that is closed counts as long as something is mapped by it. */
function mappings(): void {
  const before = used();
  const memory = <u64>memoryCreate(PAGE);
  const at = <u64>mmapShared(0, PAGE, READ_WRITE, MapFlag.SHARED, memory, 0);
  const open = used();
  handleClose(memory);
  expect("closed", used(), open);
  munmap(at, PAGE);
  expect("and unmapped", used(), before);
}

/** A copy has the handles of the task that it is a copy of, and they count. */
function copies(): void {
  const before = used();
  const room = left(Quota.HANDLES);
  if (inCopy()) exit(<i32>(room - left(Quota.HANDLES)));
  expect("the copy has one", endOfCopy(), 1);
  expect("which goes with it", used(), before);
}

function full(port: u64): void {
  const first = useUp();
  const before = used();
  expect("no port", portCreate(0), Errno.ENOMEM);
  expect("none by a name", portCreate(portName("other")), Errno.ENOMEM);
  expect("none of another's name", portOpen(portName("quota")), Errno.ENOMEM);
  expect("no memory", memoryCreate(PAGE), Errno.ENOMEM);
  expect("none to serve", memoryServe(PAGE, port, 0), Errno.ENOMEM);
  expect("no copy", fork(), Errno.ENOMEM);
  expect("nothing has changed", used(), before);
  expect("one is closed", handleClose(first), 0);
  expect("and is another's", memoryCreate(PAGE), first);
  expect("but no more", memoryCreate(PAGE), Errno.ENOMEM);
}

/** The first handle of those that there were room for. */
function useUp(): u64 {
  const first = <u64>memoryCreate(PAGE);
  while (left(Quota.HANDLES) > 0) memoryCreate(PAGE);
  return first;
}

/** Those from `first` on. */
function closeAll(first: u64): i64 {
  let result: i64 = 0;
  for (let handle = first; result == 0 && quotaUsed(Quota.HANDLES) > 0; handle++) result = handleClose(handle);
  return result;
}
