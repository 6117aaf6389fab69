import { flushStructures } from "./structure-cache";
import { tlbDrop } from "./tlb";
import { isCanonical } from "./translate";

/**
 * INVLPG (SDM 2A, and 3A 4.10.4.1): the page, global or not and whatever its size, and every structure-cache entry of the current
 * PCID. Nothing at all for a non-canonical operand.
 */
export function invalidatePage(linear: u64): void {
  if (!isCanonical(linear)) return;
  tlbDrop(linear);
  flushStructures();
}
