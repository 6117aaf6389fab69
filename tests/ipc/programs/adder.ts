/** A server: replies with the sum of the words of each message, until nobody is left who could send one. */
import { Errno, portCreate, portName, printLine, receive, replyReceive, setWord, word } from "nitros";

export function main(): i32 {
  const port = portCreate(portName("adder"));
  if (port < 0) return 1;
  let words = receive(port);
  while (words >= 0) {
    let sum: u64 = 0;
    for (let i: u32 = 0; i < <u32>words; i++) sum += word(i);
    setWord(0, sum);
    words = replyReceive(port, 1);
  }
  printLine("nobody is left");
  return words == Errno.EDEADLK ? 0 : 2;
}
