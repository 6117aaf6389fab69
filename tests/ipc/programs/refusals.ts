/** Every error that the calls on ports and handles document, each where the documentation says. */
import {
  call,
  Errno,
  exit,
  fork,
  handleClose,
  handleRevoke,
  load64,
  memoryCreate,
  messageBuffer,
  mmapShared,
  munmap,
  gotHandle,
  passHandle,
  portCreate,
  portName,
  portOpen,
  printLine,
  Protect,
  receive,
  reply,
  replyReceive,
  Right,
  store64,
  wait,
  yieldNow,
} from "nitros";
import { expect } from "./steps";

const NAME = portName("refuser");
const PAGE: u64 = 4096;
const FREE_NUMBER: u64 = 50;
const HALF: u64 = 1 << 63;

function refuseNumbers(port: u64): void {
  const memory = <u64>memoryCreate(PAGE);
  for (let i = 0; i < 4; i++) {
    const wrong: u64 = i == 0 ? 0 : i == 1 ? FREE_NUMBER : i == 2 ? 61 : HALF;
    expect(call(wrong, 0), Errno.EBADF);
    expect(receive(wrong), Errno.EBADF);
    expect(replyReceive(wrong, 0), Errno.EBADF);
    expect(handleClose(wrong), Errno.EBADF);
    expect(handleRevoke(wrong), Errno.EBADF);
    expect(mmapShared(0, PAGE, Protect.READ, 0, wrong, 0), Errno.EBADF);
  }
  expect(call(memory, 0), Errno.EBADF);
  expect(receive(memory), Errno.EBADF);
  expect(call(port, 62), Errno.EINVAL);
  expect(reply(62), Errno.EINVAL);
  expect(replyReceive(port, 62), Errno.EINVAL);
  expect(reply(0), Errno.ENOENT);
  expect(replyReceive(port, 0), Errno.ENOENT);
  expect(memoryCreate(PAGE - 1), Errno.EINVAL);
  expect(memoryCreate(0x1000_0000_1000), Errno.EINVAL);
  expect(mmapShared(0, PAGE, Protect.READ, 0x20, memory, 0), Errno.EINVAL);
  expect(mmapShared(0, 2 * PAGE, Protect.READ, 0, memory, 0), Errno.EINVAL);
  expect(mmapShared(0, PAGE, Protect.READ, 0, memory, HALF), Errno.EINVAL);
  expect(handleClose(memory), 0);
}

function refuseNames(port: u64): void {
  expect(portCreate(NAME), Errno.EEXIST);
  expect(portOpen(0), Errno.EINVAL);
  const opened = <u64>portOpen(NAME);
  expect(receive(opened), Errno.EACCES);
  expect(replyReceive(opened, 0), Errno.EACCES);
  expect(handleClose(opened), 0);
  expect(receive(port), Errno.EDEADLK);
  expect(call(port, 0), Errno.EDEADLK);
}

/** A child receives; what it is to be passed is refused, and the next message comes. */
function refuseToPass(port: u64): void {
  const child = fork();
  if (child == 0) {
    expect(receive(port), 1);
    const got = gotHandle();
    expect(handleClose(got), 0);
    expect(reply(0), 0);
    exit(0);
  }
  const memory = <u64>memoryCreate(PAGE);
  passHandle(FREE_NUMBER, Right.RECEIVE);
  expect(call(port, 1), Errno.EBADF);
  passHandle(memory, 8);
  expect(call(port, 1), Errno.EACCES);
  passHandle(memory, Right.RECEIVE);
  expect(call(port, 1), 0);
  expect(wait(0), child);
  expect(handleClose(memory), 0);
}

/** Whoever ends, or goes on, without a reply. */
function desert(port: u64): void {
  const silent = fork();
  if (silent == 0) {
    receive(port);
    exit(0);
  }
  expect(call(port, 0), Errno.EPIPE);
  expect(wait(0), silent);
  const forgetful = fork();
  if (forgetful == 0) {
    receive(port);
    receive(port);
    exit(<i32>reply(0));
  }
  expect(call(port, 0), Errno.EPIPE);
  expect(call(port, 0), 0);
  expect(wait(0), forgetful);
}

/** A child waits at a port that is taken from it; then at one that nobody receives from any more. */
function takeAway(port: u64): void {
  const child = fork();
  if (child == 0) {
    expect(receive(port), Errno.EBADF);
    exit(0);
  }
  yieldNow();
  expect(handleRevoke(port), 0);
  expect(wait(0), child);
  const sender = <u64>portOpen(NAME);
  expect(handleClose(port), 0);
  expect(call(sender, 0), Errno.EPIPE);
  const again = portCreate(NAME);
  expect(handleClose(sender), 0);
  expect(handleClose(<u64>again), 0);
  expect(portOpen(NAME), Errno.ENOENT);
}

/** As many handles as there is room for, and then what needs one more. */
function fill(): void {
  let last: i64 = 0;
  let count = 0;
  for (let made = portCreate(0); made > 0; made = portCreate(0)) {
    last = made;
    count += 1;
  }
  expect(count, 60);
  expect(portCreate(0), Errno.ENOMEM);
  expect(memoryCreate(PAGE), Errno.ENOMEM);
  expect(handleClose(<u64>last), 0);
  expect(portCreate(0), last);
}

/** The message buffer is mine to unmap; the kernel's copy of it stays. */
function loseBuffer(port: u64): void {
  const child = fork();
  if (child == 0) {
    expect(receive(port), 3);
    expect(reply(3), 3);
    exit(0);
  }
  const buffer = messageBuffer();
  store64(buffer, 1);
  expect(<i64>load64(buffer), 1);
  munmap(buffer, PAGE);
  const result = call(port, 3);
  exit(result == 3 && wait(0) == child ? 0 : 99);
}

export function main(): i32 {
  const port = <u64>portCreate(NAME);
  refuseNumbers(port);
  refuseNames(port);
  refuseToPass(port);
  desert(port);
  takeAway(port);
  fill();
  printLine("all was refused as documented");
  for (let number: u64 = 1; number <= 60; number++) handleClose(number);
  loseBuffer(<u64>portCreate(0));
  return 0;
}
