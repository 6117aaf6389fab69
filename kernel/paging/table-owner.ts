import { PhysAddr } from "../address/addr";
import { allocateFrameAtHand } from "../frames/allocator";
import { FrameOwner } from "../frames/owners";
import { Quota, takeTable } from "../quotas/quota";
import { allocateTable, freeTable } from "./tables";

/**
 * Whose tables a user's are.
 *
 *     byte   0     8
 *            root  quota
 */
@unmanaged
export class TableOwner {
  /** Physical address of the root table; 0 while there is none. */
  root: u64;
  /** What its tables count against, and all else that is made for it. */
  quota: Quota;
}

/** A zeroed table; address 0 when no frame is left, or the quota is used up. */
export function makeTable(owner: TableOwner): PhysAddr {
  const quota = owner.quota;
  if (quota.tablesLeft > 0) {
    const frame = allocateFrameAtHand(FrameOwner.PAGE_TABLE);
    if (!frame.isNone) {
      quota.tablesLeft -= 1;
      return frame.address;
    }
  }
  return makeSlowly(owner);
}

/** Called through a variable, so that the quick way does not save registers for it: frames/allocator.ts. */
let makeSlowly: (owner: TableOwner) => PhysAddr = allocateAndCount;
makeSlowly = allocateAndCount;

function allocateAndCount(owner: TableOwner): PhysAddr {
  if (!takeTable(owner.quota)) return <PhysAddr>0;
  const table = allocateTable();
  if (table == 0) owner.quota.tablesLeft += 1;
  return table;
}

/** Gives back a table that no entry points to any more, and no processor knows. */
export function giveTable(owner: TableOwner, table: PhysAddr): void {
  freeTable(table);
  owner.quota.tablesLeft += 1;
}
