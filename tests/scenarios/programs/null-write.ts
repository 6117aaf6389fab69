/** Writing through a null pointer with an offset: the first 64 KiB are never mapped. */
import { printLine, store32 } from "nitros";

export function main(): i32 {
  printLine("Writing at offset 0x18 of nothing.");
  store32(0x18, 1);
  printLine("This line must never appear.");
  return 0;
}
