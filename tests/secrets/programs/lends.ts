/**
 * Gives its secret to another task in each way that there is: in a message, in memory that it shares, in pages that it supplies. Then it takes back what
 * it has lent, and says so: nobody has it any more.
 */
import {
  handleClose,
  handleRevoke,
  MapFlag,
  memoryCreate,
  memoryServe,
  memorySupply,
  mmap,
  mmapShared,
  munmap,
  pageBytes,
  passHandle,
  portCreate,
  portName,
  printLine,
  Protect,
  receive,
  reply,
  replyReceive,
  Right,
  sender,
  setWord,
  store64,
  word,
} from "nitros";
import { secretHigh, secretLow } from "./secret";

const READ_WRITE: u64 = Protect.READ | Protect.WRITE;
const READABLE: u64 = Right.RECEIVE;

let own: u64 = 0;
let shared: u64 = 0;
let mapped: u64 = 0;
let served: u64 = 0;

export function main(): i32 {
  const port = <u64>portCreate(portName("lends"));
  own = <u64>mmap(0, pageBytes(), READ_WRITE, MapFlag.ANONYMOUS | MapFlag.PRIVATE);
  shared = <u64>memoryCreate(2 * pageBytes());
  mapped = <u64>mmapShared(0, 2 * pageBytes(), READ_WRITE, 0, shared, 0);
  served = <u64>memoryServe(pageBytes(), port, 0);
  fill(own, pageBytes());
  fill(mapped, 2 * pageBytes());
  let words: u32 = 0;
  for (let got = receive(port); got >= 0; got = replyReceive(port, words)) {
    const isLast = sender() != 0 && word(0) == 4;
    words = sender() == 0 ? supply() : give(<u32>word(0));
    if (isLast) return reply(0) == 0 ? 0 : 1;
  }
  return 2;
}

function fill(from: u64, bytes: u64): void {
  for (let at = from; at < from + bytes; at += 16) {
    store64(at, secretLow());
    store64(at + 8, secretHigh());
  }
}

function supply(): u32 {
  memorySupply(served, 0, own, pageBytes());
  return 0;
}

/** How many words go back. */
function give(what: u32): u32 {
  if (what == 0) {
    setWord(0, secretLow());
    setWord(1, secretHigh());
    return 2;
  }
  if (what == 1) passHandle(shared, READABLE);
  else if (what == 2) passHandle(served, READABLE);
  else if (what == 3) takeBack();
  else release();
  return 0;
}

function takeBack(): void {
  printLine("all is lent");
  handleRevoke(shared);
}

/** The other has given up what it was given. */
function release(): void {
  munmap(mapped, 2 * pageBytes());
  munmap(own, pageBytes());
  handleClose(shared);
  handleClose(served);
  setWord(0, 0);
  setWord(1, 0);
  printLine("all is released");
}
