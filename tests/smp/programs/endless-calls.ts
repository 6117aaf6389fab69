import { taskNumber } from "nitros";

/** Asks for its own number, and never ends. */
export function main(): i32 {
  while (taskNumber() != 0) {}
  return 1;
}
