/** Reading through a null pointer: the first 64 KiB are never mapped, so the task is killed and nothing else. */
import { load64, printLine } from "nitros";

export function main(): i32 {
  printLine("Reading the word at address 0.");
  load64(0);
  printLine("This line must never appear.");
  return 0;
}
