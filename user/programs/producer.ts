/** A producer: it shares a ring of numbers with a consumer, which may only read it, and takes it back in the end. */
import {
  call,
  handleRevoke,
  memoryCreate,
  mmapShared,
  passHandle,
  portName,
  portOpen,
  printLine,
  Protect,
  Right,
  setWord,
  store64,
} from "nitros";

const PAGE: u64 = 4096;
const SLOTS: u64 = 512;
const ROUNDS: u64 = 8;

export function main(): i32 {
  const port = <u64>portOpen(portName("consumer"));
  const memory = <u64>memoryCreate(PAGE);
  const ring = <u64>mmapShared(0, PAGE, Protect.READ | Protect.WRITE, 0, memory, 0);
  passHandle(memory, Right.RECEIVE);
  setWord(0, 0);
  call(port, 1);
  printLine("I share a page with the consumer: it may read it, and I may write.");
  let next: u64 = 1;
  for (let round: u64 = 0; round < ROUNDS; round++) {
    for (let slot: u64 = 0; slot < SLOTS; slot++) store64(ring + slot * 8, next++);
    setWord(0, SLOTS);
    if (call(port, 1) < 0) return 1;
  }
  if (handleRevoke(memory) != 0) return 2;
  printLine("I took the page back: no CPU reaches it by the consumer's mapping any more.");
  setWord(0, 0);
  call(port, 1);
  return 0;
}
