import { physLoad64, physStore64 } from "platform";
import { PhysAddr } from "../address/addr";
import { UserSlot, userSlotFirst } from "../address/layout";
import { entrySlot, isPresent } from "../paging/pte";
import { entryOf } from "../paging/user-tables";
import { countedFrame } from "./counted-frames";
import { ownTable } from "./own-table";
import { Backing, Region } from "./region";
import { firstFrom } from "./region-tree";
import { Space } from "./space";

/**
 * The page through which a task's messages come and go. The kernel writes it by its place in physical memory, whatever the task has made
 * of its mapping: the frame is the space's for as long as there is the space, and no other space ever has it. A copy of a task gets an
 * empty one of its own.
 */

/** Sees to it that the space has one. False when there is no frame. */
export function ensureMessageBuffer(space: Space): bool {
  return space.message != 0 || makeMessageBufferSlowly(space);
}

function makeMessageBufferSlowly(space: Space): bool {
  const frame = countedFrame(space.quota);
  if (frame.isNone) return false;
  space.message = frame.address;
  return true;
}

/**
 * `child`, a copy that has not run yet, does not see its parent's. Where nothing else is within 2 MiB of it they share no table there, and
 * there is nothing to do. False when no frame is left for a table.
 */
export function leaveMessageBuffer(child: Space): bool {
  const region = messageRegion(child);
  const directory = region == null ? <PhysAddr>0 : entryOf(child.root, region.first, 2);
  if (directory == 0 || !isPresent(physLoad64(directory))) return true;
  const table = ownTable(child, directory);
  if (table != 0) physStore64(entrySlot(table, changetype<Region>(region).first, 1), 0);
  return table != 0;
}

function messageRegion(space: Space): Region | null {
  let region = firstFrom(space.regions, userSlotFirst(UserSlot.IPC));
  while (region != null && region.backing != Backing.MESSAGE_BUFFER) region = firstFrom(space.regions, region.last + 1);
  return region;
}
