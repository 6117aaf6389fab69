/** Makes memory, lends it to whoever calls, and has a quota of frames of its own. */
import { memoryCreate, passHandle, portCreate, portName, receive, replyReceive, Right } from "nitros";

const PAGE: u64 = 4096;

export function main(): i32 {
  const memory = <u64>memoryCreate(512 * PAGE);
  const port = <u64>portCreate(portName("maker"));
  let words = receive(port);
  while (words >= 0) {
    passHandle(memory, Right.ALL);
    words = replyReceive(port, 0);
  }
  return 0;
}
