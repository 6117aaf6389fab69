/** Reads a module's memory without a pause, on a processor of its own, until that is taken away: it never sees what comes after. */
import { call, load64, portName, portOpen, setWord, word } from "nitros";

export function main(): i32 {
  const port = <u64>portOpen(portName("resident"));
  setWord(0, 1);
  if (call(port, 1) != 1) return 1;
  const data = word(0);
  const found = load64(data);
  while (load64(data) == found) {}
  return 2;
}
