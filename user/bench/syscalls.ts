import {
  call,
  exit,
  fork,
  handleClose,
  memoryCreate,
  mmapShared,
  portCreate,
  receive,
  replyReceive,
  setWord,
  store8,
  wait,
  word,
} from "nitros";
import { brkPair, mapPair, syscallNull } from "./calls";
import { begin, end, measure, PAGE, READ_WRITE, TIMES, unmap } from "./measure";

/** What `nitros bench syscalls` measures, as a program. bench/linux/syscalls.c is the same for Linux, by the same names. */

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

export function main(): i32 {
  measure("syscall.null", syscallNull);
  measure("map.pair", mapPair);
  measure("brk.pair", brkPair);
  measure("shm.map", shmMap);
  measure("message.roundtrip", messageRoundtrip);
  return 0;
}
