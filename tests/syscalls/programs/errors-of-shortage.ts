/** What calls answer that find no memory: here there is none as soon as the quota is used up. */
import {
  brk,
  call,
  Errno,
  exit,
  fork,
  handleClose,
  heapStart,
  imageOpen,
  load64,
  MapFlag,
  memoryCreate,
  memoryServe,
  memorySupply,
  mmap,
  mprotect,
  mseal,
  munmap,
  passHandle,
  portCreate,
  portName,
  portOpen,
  Protect,
  Quota,
  receive,
  reply,
  replyReceive,
  Right,
  store64,
  wait,
} from "nitros";
import { expect, failureCount, refused } from "./refused";
import { giveBack, left, takeRegions, takeTables } from "./shortage";

const PAGE: u64 = 4096;
const READ_WRITE: u64 = Protect.READ | Protect.WRITE;
const OWN: u64 = MapFlag.PRIVATE | MapFlag.ANONYMOUS;
const POPULATED: u64 = OWN | MapFlag.POPULATE;
const NAME = portName("shortage");

let port: u64 = 0;

export function main(): i32 {
  port = <u64>portCreate(NAME);
  withoutRegions();
  withoutFrames();
  withoutTables();
  withoutBuffer();
  withoutHandles();
  return failureCount();
}

/** Three pages cannot become three mappings. */
function withoutRegions(): void {
  const at = <u64>mmap(0, 3 * PAGE, READ_WRITE, OWN);
  store64(at + PAGE, 5);
  takeRegions();
  refused("mmap", Errno.ENOMEM, "no memory", mmap(0, PAGE, 0, OWN));
  const cut = "no memory for what must be remembered when a mapping is cut in two";
  refused("munmap", Errno.ENOMEM, cut, munmap(at + PAGE, PAGE));
  refused("mprotect", Errno.ENOMEM, "no memory", mprotect(at + PAGE, PAGE, 0));
  refused("mseal", Errno.ENOMEM, "no memory", mseal(at + PAGE, PAGE));
  store64(at + PAGE, load64(at + PAGE) + 1);
  expect("what was written", load64(at + PAGE), 6);
  giveBack();
  expect("now it is cut", munmap(at + PAGE, PAGE), 0);
  expect("and all goes", munmap(at, 3 * PAGE), 0);
}

function withoutFrames(): void {
  const file = <u64>memoryServe(4 * PAGE, port, 1);
  const before = left(Quota.FRAMES);
  refused("mmap", Errno.ENOMEM, "no memory", mmap(0, <u64>(before + 1) * PAGE, READ_WRITE, POPULATED));
  expect("no frame is used for that", left(Quota.FRAMES), before);
  const at = takeFrames();
  refused("memory_supply", Errno.ENOMEM, "no memory for the first page", memorySupply(file, 0, at, PAGE));
  expect("all goes", munmap(at, <u64>before * PAGE), 0);
  expect("now it is supplied", memorySupply(file, 0, heapStart() & ~(PAGE - 1), PAGE), PAGE);
  expect("and closed", handleClose(file), 0);
}

/** The first of as many pages as there may be. */
function takeFrames(): u64 {
  return <u64>mmap(0, <u64>left(Quota.FRAMES) * PAGE, READ_WRITE, POPULATED);
}

/** A copy shares tables with this task, the heap's among them: where it ends in one that is shared, one is needed. */
function withoutTables(): void {
  const end = <u64>brk(0);
  store64(end - 8, 5);
  const child = fork();
  if (child == 0) {
    expect("a message", receive(port), 0);
    exit(<i32>reply(0));
  }
  // What this task needs to say anything is in tables of its own from here on.
  refused("handle_close", Errno.EBADF, "no handle", handleClose(59));
  takeTables();
  refused("brk", Errno.ENOMEM, "no memory", brk(end - PAGE));
  refused("fork", Errno.ENOMEM, "no memory", fork());
  expect("the heap's end", brk(0), end);
  expect("the heap's last word", load64(end - 8), 5);
  giveBack();
  expect("the heap is shorter", brk(end - PAGE), end - PAGE);
  expect("the copy", call(port, 0), 0);
  expect("has ended", wait(0), child);
}

/** A copy has no message buffer before it needs one. */
function withoutBuffer(): void {
  const child = fork();
  if (child == 0) exit(callWithoutBuffer());
  expect("it has ended", wait(heapStart()), child);
  refused("call", Errno.ENOMEM, "no memory", endOf(heapStart()));
  const other = fork();
  if (other == 0) exit(receiveWithoutBuffer());
  expect("it has ended", wait(heapStart()), other);
  refused("receive", Errno.ENOMEM, "no memory", endOf(heapStart()));
}

function endOf(ending: u64): i64 {
  return <i64>(<i32>load64(ending));
}

function callWithoutBuffer(): i32 {
  takeFrames();
  return <i32>call(port, 0);
}

function receiveWithoutBuffer(): i32 {
  takeFrames();
  return <i32>receive(port);
}

/** None for this task, nor for who replies to it. */
function withoutHandles(): void {
  const server = fork();
  if (server == 0) passInVain();
  while (left(Quota.HANDLES) > 0) portCreate(0);
  expect("a reply, after all", call(port, 0), 0);
  expect("the server", wait(0), server);
  while (left(Quota.HANDLES) > 0) portCreate(0);
  refused("port_create", Errno.ENOMEM, "no memory", portCreate(0));
  refused("port_open", Errno.ENOMEM, "no memory", portOpen(NAME));
  refused("memory_create", Errno.ENOMEM, "no memory", memoryCreate(PAGE));
  refused("memory_serve", Errno.ENOMEM, "no memory", memoryServe(PAGE, port, 1));
  refused("image_open", Errno.ENOMEM, "no memory", openOwnImage());
  refused("fork", Errno.ENOMEM, "no memory", fork());
}

/** Does not return. */
function passInVain(): void {
  expect("a message", receive(port), 0);
  passHandle(port, Right.SEND);
  refused("reply", Errno.ENOMEM, "no memory", reply(0));
  refused("reply_receive", Errno.ENOMEM, "no memory", replyReceive(port, 0));
  passHandle(0, 0);
  exit(<i32>reply(0));
}

function openOwnImage(): i64 {
  const name = heapStart();
  store64(name, portName("errors-o"));
  store64(name + 8, portName("f-shorta"));
  store64(name + 16, portName("ge"));
  return imageOpen(name, 18);
}
