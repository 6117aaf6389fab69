/** Writes its secret wherever it can, says so, and never ends: so that a search that finds nothing is seen to be one that could. */
import { heapStart, load64, printLine } from "nitros";
import { writeSecret } from "./secret";

export function main(): i32 {
  writeSecret();
  printLine("the secret is written");
  while (true) load64(heapStart());
}
