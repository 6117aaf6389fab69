import {
  call,
  exit,
  fork,
  handleClose,
  load8,
  memoryCreate,
  memoryServe,
  memorySupply,
  mmapShared,
  portCreate,
  Protect,
  receive,
  replyReceive,
  setWord,
  store8,
  wait,
  word,
} from "nitros";
import { brkPair, mapPair, syscallNull } from "./calls";
import { begin, end, map, measure, PAGE, READ_WRITE, TIMES, unmap } from "./measure";

/** What `nitros bench syscalls` measures, as a program. bench/linux/syscalls.c is the same for Linux, by the same names; it has no servers of pages. */

const PAGES: u64 = 511;
const BYTES: u64 = PAGES * PAGE;

function mapObject(memory: u64): u64 {
  const at = mmapShared(0, BYTES, READ_WRITE, 0, memory, 0);
  assert(at > 0);
  return <u64>at;
}

function writeAll(at: u64): void {
  for (let page = at; page < at + BYTES; page += PAGE) store8(page, 1);
}

/** The object's frames are there, by another mapping; this one's pages are not. */
function shmMap(): void {
  const memory = <u64>memoryCreate(BYTES);
  const first = mapObject(memory);
  const second = mapObject(memory);
  writeAll(first);
  begin();
  writeAll(second);
  end(PAGES);
  unmap(first, BYTES);
  unmap(second, BYTES);
  handleClose(memory);
}

/** Replies with the word that came, until nobody sends any more. */
function serve(port: u64): void {
  let words = receive(port);
  while (words >= 0) words = replyReceive(port, 1);
  exit(0);
}

/** A word there and a word back, between two tasks. */
function messageRoundtrip(): void {
  const port = <u64>portCreate(0);
  const server = fork();
  assert(server >= 0);
  if (server == 0) serve(port);
  for (let i: u64 = 0; i <= TIMES; i++) {
    if (i == 1) begin();
    setWord(0, i);
    const words = call(port, 1);
    assert(words == 1 && word(0) == i);
  }
  end(TIMES);
  // All wait then, and so the server learns that nobody is left to send.
  wait(0);
  handleClose(port);
}

/** What one request asks for at most. */
const CLUSTER: u64 = 16 * PAGE;

/** Supplies at most `most` bytes of what is asked for, with copies of what is at `from`, until nobody asks any more. */
function serveFile(port: u64, file: u64, from: u64, most: u64): void {
  for (let at = from; at < from + CLUSTER; at += PAGE) store8(at, 1);
  let words = receive(port);
  while (words >= 0) {
    const bytes = min<u64>(word(3), most);
    const supplied = memorySupply(file, word(2), from, bytes);
    assert(<u64>supplied == bytes);
    words = replyReceive(port, 0);
  }
  exit(0);
}

/** Reads all pages of a file in their order, of which another task supplies `most` bytes a request. */
function readFile(most: u64): void {
  const port = <u64>portCreate(0);
  const file = <u64>memoryServe(BYTES, port, 0);
  const from = map(CLUSTER, 0);
  const server = fork();
  assert(server >= 0);
  if (server == 0) serveFile(port, file, from, most);
  const at = mmapShared(0, BYTES, Protect.READ, 0, file, 0);
  assert(at > 0);
  begin();
  for (let page = <u64>at; page < <u64>at + BYTES; page += PAGE) assert(load8(page) == 1);
  end(PAGES);
  wait(0);
  unmap(<u64>at, BYTES);
  unmap(from, CLUSTER);
  handleClose(file);
  handleClose(port);
}

function pagerFault(): void {
  readFile(PAGE);
}

function pagerPage(): void {
  readFile(CLUSTER);
}

export function main(): i32 {
  measure("syscall.null", syscallNull);
  measure("map.pair", mapPair);
  measure("brk.pair", brkPair);
  measure("shm.map", shmMap);
  measure("message.roundtrip", messageRoundtrip);
  measure("pager.fault", pagerFault);
  measure("pager.page", pagerPage);
  return 0;
}
