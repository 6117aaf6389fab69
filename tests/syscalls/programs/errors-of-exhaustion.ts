/** No memory at all: only what nobody's quota decides needs that. Others must have ended before it is used up. */
import {
  call,
  Errno,
  exit,
  fork,
  handleRevoke,
  load64,
  log,
  MapFlag,
  memoryCreate,
  mmap,
  mmapShared,
  munmap,
  portCreate,
  portName,
  portOpen,
  Protect,
  receive,
  reply,
  store64,
  wait,
} from "nitros";
import { expect, failureCount, refused } from "./refused";

const PAGE: u64 = 4096;
const READ_WRITE: u64 = Protect.READ | Protect.WRITE;
const POPULATED: u64 = MapFlag.PRIVATE | MapFlag.ANONYMOUS | MapFlag.POPULATE;
const FIXED: u64 = POPULATED | MapFlag.FIXED_NOREPLACE;
const FEW: u64 = 8;

let port: u64 = 0;

export function main(): i32 {
  expect("all others have ended", portOpen(portName("nobody's")), Errno.ENOENT);
  port = <u64>portCreate(0);
  const memory = <u64>memoryCreate(PAGE);
  const borrower = fork();
  if (borrower == 0) borrow(memory);
  expect("it is lent", receive(port), 0);
  const reserve = <u64>mmap(0, FEW * PAGE, READ_WRITE, POPULATED);
  expect("pages whose table stays", munmap(reserve + PAGE, (FEW - 2) * PAGE), 0);
  // What this task needs to say anything is its own from here on.
  refused("handle_revoke", Errno.EBADF, "no handle", handleRevoke(59));
  takeAll(reserve);
  refused("handle_revoke", Errno.ENOMEM, "no memory", handleRevoke(memory));
  expect("some goes", munmap(reserve, FEW * PAGE), 0);
  expect("who has it looks", reply(0), 0);
  expect("and asks again", receive(port), 0);
  expect("now it is taken back", handleRevoke(memory), 0);
  expect("who had it looks", reply(0), 0);
  expect("and ends", wait(0), borrower);
  return failureCount();
}

/** All the memory that there is. The last pages need no table. */
function takeAll(reserve: u64): void {
  for (let bytes: u64 = 1 << 26; bytes >= PAGE; bytes >>= 1) while (mmap(0, bytes, READ_WRITE, POPULATED) > 0) continue;
  for (let page: u64 = 1; page < FEW - 1; page++) mmap(reserve + page * PAGE, PAGE, READ_WRITE, FIXED);
}

/**
 * Maps it in a table that is shared with a copy: to take it back one more is needed. Both wait until there is memory again: nobody else needs any
 * meanwhile. Does not return.
 */
function borrow(memory: u64): void {
  const at = <u64>mmapShared(0, PAGE, READ_WRITE, 0, memory, 0);
  store64(at, 7);
  const other = <u64>portCreate(0);
  const copy = fork();
  if (copy == 0) exit(<i32>call(other, 0));
  expect("the copy waits", receive(other), 0);
  expect("there is no memory, and some again", call(port, 0), 0);
  expect("it is still mapped", load64(at), 7);
  expect("the copy goes on", reply(0), 0);
  expect("and ends", wait(0), copy);
  expect("it is taken back", call(port, 0), 0);
  expect("and gone", log(at, 1), Errno.EFAULT);
  exit(0);
}
