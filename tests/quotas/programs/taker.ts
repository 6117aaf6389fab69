/** Touches memory of a task whose quota has an end, and has no quota itself. */
import {
  call,
  Errno,
  exit,
  gotHandle,
  mmap,
  MapFlag,
  mmapShared,
  portName,
  portOpen,
  Protect,
  Quota,
  quotaLimit,
  quotaUsed,
  store64,
} from "nitros";
import { endOfCopy, expect, failureCount, inCopy } from "./check";

const PAGE: u64 = 4096;
const READ_WRITE: u64 = Protect.READ | Protect.WRITE;

export function main(): i32 {
  expect("no limit", quotaLimit(Quota.FRAMES), Errno.ENOENT);
  expect("and no count", quotaUsed(Quota.FRAMES), Errno.ENOENT);
  call(<u64>portOpen(portName("maker")), 0);
  const at = <u64>mmapShared(0, 512 * PAGE, READ_WRITE, 0, gotHandle(), 0);
  if (inCopy()) {
    for (let page: u64 = 0; page < 512; page++) store64(at + page * PAGE, page);
    exit(1);
  }
  expect("who wants a page that its maker may not have is killed", endOfCopy(), 256 + 14);
  const own = <u64>mmap(0, 512 * PAGE, READ_WRITE, MapFlag.ANONYMOUS | MapFlag.PRIVATE);
  for (let page: u64 = 0; page < 512; page++) store64(own + page * PAGE, page);
  return failureCount();
}
