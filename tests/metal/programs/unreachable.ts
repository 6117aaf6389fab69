/** Runs into wasm's `unreachable`. */
import { heapStart, load64 } from "nitros";

export function main(): i32 {
  if (load64(heapStart()) == 0) unreachable();
  return 0;
}
