import { PhysAddr, VirtAddr } from "../address/addr";
import { ROOT_ENTRY_BYTES, USER_SLOT_BYTES, userSlotFirst } from "../address/layout";
import { PAGE_BYTES } from "../address/pages";
import { isRandomised } from "../random/aslr";
import { ownSlot, slotFirst, SLOTS, takeSlot, UNUSED_BYTES } from "../paging/module-zone";
import { Space } from "./space";
import { randomBelow } from "../random/random";

/** Where a task's regions go: each in a slot of its own of the user half, at a base drawn for it (ASLR). */

/** Draws a page-aligned base in `slot` such that `bytes` fit: 2^32 bases, less the few that do not. */
export function drawBase(slot: u64, bytes: u64): VirtAddr {
  if (!isRandomised()) return userSlotFirst(slot);
  const bases = (USER_SLOT_BYTES - bytes) / PAGE_BYTES;
  return <VirtAddr>(userSlotFirst(slot) + randomBelow(bases) * PAGE_BYTES);
}

/** Gives the space a slot of the modules' zone, and draws a base there for `bytes`: of 32 slots, and 2^27 bases in each. 0: no slot is free. */
export function drawModuleBase(space: Space, bytes: u64): VirtAddr {
  const slot = takeSlot(isRandomised() ? <u32>randomBelow(SLOTS) : 0);
  if (slot == SLOTS) return <VirtAddr>0;
  space.slot = slot + 1;
  ownSlot(<PhysAddr>space.root, slot);
  const first = <VirtAddr>(slotFirst(slot) + UNUSED_BYTES);
  if (!isRandomised()) return first;
  const bases = (ROOT_ENTRY_BYTES - UNUSED_BYTES - bytes) / PAGE_BYTES;
  return <VirtAddr>(first + randomBelow(bases) * PAGE_BYTES);
}
