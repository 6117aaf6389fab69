/** Writes its secret wherever it can, says so, and exits. */
import { printLine } from "nitros";
import { writeSecret } from "./secret";

export function main(): i32 {
  writeSecret();
  printLine("the secret is written");
  return 0;
}
