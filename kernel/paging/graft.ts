import { physLoad64, physStore64 } from "platform";
import { PhysAddr } from "../address/addr";
import { PAGE_BYTES } from "../address/pages";
import { entryAddress, isLeaf, isPresent, ROOT_LEVEL } from "./pte";
import { giveTable, TableOwner } from "./table-owner";

/**
 * What one root's lower half maps, moved to another's. The tables that lead there go along where only `from` has them, and are given
 * back where both do:
 *
 *        from      to              to
 *       ┌─┬─┐    ┌─┬─┐           ┌─┬─┐
 *       │a│b│    │c│ │     →     │c│b│     c: what both have of tables, with a's pages among its own
 *       └─┴─┘    └─┴─┘           └─┴─┘
 *
 * Nothing is mapped in `to` where `from` maps something, and all tables that both have are the space's own there. No processor has ever
 * seen `from`, so that nothing need be flushed. It takes no memory, and cannot fail.
 */
export function graft(from: TableOwner, to: TableOwner): void {
  assert(from.quota == to.quota, "tables cannot go from one quota to another");
  graftTable(from, <PhysAddr>from.root, <PhysAddr>to.root, ROOT_LEVEL, PAGE_BYTES / 2);
}

/** The first `bytes` of two tables of `level`. */
function graftTable(owner: TableOwner, from: PhysAddr, to: PhysAddr, level: u32, bytes: u64): void {
  for (let offset: u64 = 0; offset < bytes; offset += 8) {
    const entry = physLoad64(from + offset);
    if (!isPresent(entry)) continue;
    const found = physLoad64(to + offset);
    physStore64(from + offset, 0);
    if (isPresent(found)) graftBelow(owner, entry, found, level);
    else physStore64(to + offset, entry);
  }
}

function graftBelow(owner: TableOwner, entry: u64, found: u64, level: u32): void {
  assert(!isLeaf(entry, level) && !isLeaf(found, level), "two pages at one address");
  graftTable(owner, entryAddress(entry), entryAddress(found), level - 1, PAGE_BYTES);
  giveTable(owner, entryAddress(entry));
}
