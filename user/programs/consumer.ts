/** A consumer: it adds up what a producer leaves in memory that they share, without a copy. */
import {
  gotHandle,
  load64,
  mmapShared,
  portCreate,
  portName,
  print,
  printLine,
  printNumber,
  Protect,
  receive,
  reply,
  replyReceive,
  word,
} from "nitros";

const PAGE: u64 = 4096;

export function main(): i32 {
  const port = <u64>portCreate(portName("consumer"));
  receive(port);
  const memory = gotHandle();
  if (mmapShared(0, PAGE, Protect.READ | Protect.WRITE, 0, memory, 0) >= 0) return 1;
  const ring = <u64>mmapShared(0, PAGE, Protect.READ, 0, memory, 0);
  let sum: u64 = 0;
  replyReceive(port, 0);
  for (let count = word(0); count != 0; count = word(0)) {
    for (let slot: u64 = 0; slot < count; slot++) sum += load64(ring + slot * 8);
    if (replyReceive(port, 0) < 0) return 2;
  }
  print("All that came, added up: ");
  printNumber(<i64>sum);
  printLine(".");
  reply(0);
  return sum == (4096 * 4097) / 2 ? 0 : 3;
}
