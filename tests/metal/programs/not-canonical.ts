/** Loads from an address that no page table can map. */
import { heapStart, load64 } from "nitros";

export function main(): i32 {
  return <i32>load64(heapStart() | (1 << 62));
}
