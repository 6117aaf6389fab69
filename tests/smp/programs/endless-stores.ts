import { heapStart, load64, store64 } from "nitros";

/** Counts in memory, and never ends. */
export function main(): i32 {
  const at = heapStart();
  while (true) store64(at, load64(at) + 1);
}
