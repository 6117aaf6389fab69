/** An address in neither half is not one at all: exception 13. */
import { load8, printLine } from "nitros";

const NEITHER_HALF: u64 = 0x0000_8000_0000_0000;

export function main(): i32 {
  printLine("Reading between the halves.");
  load8(NEITHER_HALF);
  printLine("This line must never appear.");
  return 0;
}
