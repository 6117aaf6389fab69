import { VirtAddr } from "../address/addr";
import { USER_SLOT_BYTES, userSlotFirst } from "../address/layout";
import { PAGE_BYTES } from "../address/pages";
import { isRandomised } from "../random/aslr";
import { randomBelow } from "../random/random";

/** Where a task's regions go: each in a slot of its own of the user half, at a base drawn for it (ASLR). */

/** Draws a page-aligned base in `slot` such that `bytes` fit: 2^32 bases, less the few that do not. */
export function drawBase(slot: u64, bytes: u64): VirtAddr {
  if (!isRandomised()) return userSlotFirst(slot);
  const bases = (USER_SLOT_BYTES - bytes) / PAGE_BYTES;
  return <VirtAddr>(userSlotFirst(slot) + randomBelow(bases) * PAGE_BYTES);
}
