/** Makes the kernel copy for ever, without a word: each text ends where the guard above the heap begins. */
import { heapBytes, heapStart, log, printLine } from "nitros";

export function main(): i32 {
  printLine("copying");
  while (true) log(heapStart() + heapBytes() - 4095, 4096);
}
