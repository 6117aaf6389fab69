/** Divides by a zero that no compiler can see. */
import { heapStart, load64 } from "nitros";

export function main(): i32 {
  return <i32>(7 / load64(heapStart()));
}
