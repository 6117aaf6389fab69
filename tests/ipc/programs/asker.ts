/** Asks the server of `adder.ts` for some sums. */
import { call, portName, portOpen, printLine, setWord, taskNumber, word } from "nitros";

export function main(): i32 {
  const port = portOpen(portName("adder"));
  if (port < 0) return 1;
  for (let words: u32 = 0; words <= 61; words++) {
    let sum: u64 = 0;
    for (let i: u32 = 0; i < words; i++) {
      const value = <u64>taskNumber() * 1000 + <u64>i * 7 + words;
      setWord(i, value);
      sum += value;
    }
    if (call(port, words) != 1) return 2;
    if (word(0) != sum) return 3;
  }
  printLine("every sum was right");
  return 0;
}
