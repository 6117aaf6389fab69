/** Running over the end of a region hits a guard page, not the neighbour. */
import { heapBytes, heapStart, printLine, store8 } from "nitros";

export function main(): i32 {
  store8(heapStart() + heapBytes() - 1, 1);
  printLine("The heap's last byte is mine. Writing the next one.");
  store8(heapStart() + heapBytes(), 1);
  printLine("This line must never appear.");
  return 0;
}
