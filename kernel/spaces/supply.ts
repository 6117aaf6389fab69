import { frameCopy, physStore64 } from "platform";
import { PAGE_BYTES } from "../address/pages";
import { countedFrameToFill } from "./counted-frames";
import { makeSlot, MemoryObject, PageWord, pageThere } from "./memory-object";
import { Space } from "./space";
import { readableAt } from "./user-memory";

/**
 * Supplies pages of `memory`, which has a pager, from byte `offset` on with copies of what the space has from `address` on: whole pages, all of them of
 * the object. Those that are there already stay as they are. Copies, so that who supplied them can neither change nor take them back. Returns the
 * bytes that are supplied now: fewer than `bytes` when the space may not read on, or there is no memory.
 */
export function supplyPages(space: Space, memory: MemoryObject, offset: u64, address: u64, bytes: u64): u64 {
  let done: u64 = 0;
  while (done < bytes && supplyPage(space, memory, offset + done, address + done)) done += PAGE_BYTES;
  return done;
}

function supplyPage(space: Space, memory: MemoryObject, offset: u64, address: u64): bool {
  const from = readableAt(space, address);
  if (from == 0) return false;
  if (pageThere(memory, offset) != 0) return true;
  const slot = makeSlot(memory, offset);
  if (slot == 0) return false;
  const frame = countedFrameToFill(memory.quota);
  if (frame.isNone) return false;
  frameCopy(frame.address, from);
  physStore64(slot, frame.address | PageWord.IN_USE);
  return true;
}
