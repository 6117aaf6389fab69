import { physCompareExchange64, physLoad64, physStore64 } from "platform";
import { PhysAddr } from "../address/addr";
import { PAGE_BYTES } from "../address/pages";
import { Frame } from "../frames/frame";
import { isHeldAlone } from "../frames/sharing";
import { entryAddress, entrySlot, isLeaf, isPresent, pageBytesAt, Pte, ROOT_LEVEL, smallOf } from "./pte";
import { makeTable, TableOwner } from "./table-owner";

/**
 * The tables of a lower half, as far as one entry of level 2, which leads to a page table or maps a page of 2 MiB, or the entry of level 3 above
 * it that maps one of 1 GiB. Where such a page is found, `entryLevel` says its size.
 *
 * After a fork, spaces share page tables: each has the same table in its level-2 entry, without the right to write, and the table's
 * frame counts as many holders. A shared table is never changed, but for the A and D bits that processors set in it: `ownTable`
 * (`spaces/own-table.ts`) first gives the space one of its own. So all sharers have the same pages where a shared table reaches.
 *
 * Invariant: a table below level 4 exists no longer than a region of the space reaches into what it covers. Before that it goes only when memory is
 * short (`spaces/reclaim.ts`).
 */

/** Where the entry found by `nextEntry` begins to matter. */
let foundAt: u64 = 0;
/** The level at which `entryOf` found its entry, a larger page, or nothing. */
let stoppedAt: u32 = 0;

/**
 * The first entry of `level` in use for an address from `first` to `last`: its physical address, or 0. `entryStart()` is the lowest
 * address of the range that it covers.
 */
export function nextEntry(root: u64, level: u32, first: u64, last: u64): PhysAddr {
  for (let at = first; at <= last; at = (at | (pageBytesAt(stoppedAt) - 1)) + 1) {
    const slot = entryOf(root, at, level);
    if (slot == 0 || !isPresent(physLoad64(slot))) continue;
    foundAt = at;
    return slot;
  }
  return <PhysAddr>0;
}

export function entryStart(): u64 {
  return foundAt;
}

/** Of the last entry that was found: the one asked for, or a higher one, if that maps a larger page. */
export function entryLevel(): u32 {
  return stoppedAt;
}

/** The entry of `level` for `address`, or the one above it that maps a page there; 0 when a table above it is missing. */
@inline
export function entryOf(root: u64, address: u64, level: u32): PhysAddr {
  let slot = entrySlot(<PhysAddr>root, address, ROOT_LEVEL);
  let at = ROOT_LEVEL;
  for (; at > level; at--) {
    const entry = physLoad64(slot);
    if ((entry & (Pte.PRESENT | Pte.LARGE)) != Pte.PRESENT) {
      stoppedAt = at;
      return isPresent(entry) ? slot : <PhysAddr>0;
    }
    slot = entrySlot(entryAddress(entry), address, at - 1);
  }
  stoppedAt = at;
  return slot;
}

/** The level-2 entry for `address`, with the tables above it made, or the level-3 entry that maps a page there; 0 when there is no table to be had. */
export function makeDirectoryEntry(owner: TableOwner, address: u64): PhysAddr {
  // Every fault comes through here, and finds both tables: without a loop.
  const top = physLoad64(entrySlot(<PhysAddr>owner.root, address, ROOT_LEVEL));
  if (!isPresent(top)) return makeEntry(owner, address, 2);
  const below = physLoad64(entrySlot(entryAddress(top), address, 3));
  if ((below & (Pte.PRESENT | Pte.LARGE)) != Pte.PRESENT) return makeEntry(owner, address, 2);
  return entrySlot(entryAddress(below), address, 2);
}

/** The same for the entry of `lowest`. */
export function makeEntry(owner: TableOwner, address: u64, lowest: u32): PhysAddr {
  let slot = entrySlot(<PhysAddr>owner.root, address, ROOT_LEVEL);
  for (let level = ROOT_LEVEL; level > lowest; level--) {
    let entry = physLoad64(slot);
    if ((entry & Pte.LARGE) != 0) return slot;
    if (!isPresent(entry)) {
      const table = makeTable(owner);
      if (table == 0) return table;
      entry = table | TABLE_FLAGS;
      physStore64(slot, entry);
    }
    slot = entrySlot(entryAddress(entry), address, level - 1);
  }
  return slot;
}

/** The level-1 entry for `address`, when the page table that it is in is the space's own; else 0. */
export function ownPageSlot(root: u64, address: u64): PhysAddr {
  const top = physLoad64(entrySlot(<PhysAddr>root, address, ROOT_LEVEL));
  if (!isPresent(top)) return <PhysAddr>0;
  const upper = physLoad64(entrySlot(entryAddress(top), address, 3));
  if ((upper & (Pte.PRESENT | Pte.LARGE)) != Pte.PRESENT) return <PhysAddr>0;
  const directory = physLoad64(entrySlot(entryAddress(upper), address, 2));
  if ((directory & (Pte.PRESENT | Pte.WRITE | Pte.LARGE)) != (Pte.PRESENT | Pte.WRITE)) return <PhysAddr>0;
  return entrySlot(entryAddress(directory), address, 1);
}

/** Rights are the leaf's alone; an entry above it allows everything, unless its table is shared. */
const TABLE_FLAGS: u64 = 7;
if (TABLE_FLAGS != (Pte.PRESENT | Pte.WRITE | Pte.USER)) ERROR("TABLE_FLAGS");

export function isSharedTable(directory: u64): bool {
  return isPresent(directory) && !isLeaf(directory, 2) && (directory & Pte.WRITE) == 0;
}

/** Does another space have the same table? Of those that shared one, the last does not know that it is the last. */
export function hasOtherSharers(directory: u64): bool {
  return isSharedTable(directory) && !isHeldAlone(Frame.containing(entryAddress(directory)));
}

/** Makes the level-2 entry at `slot` lead to `table`, which is the space's own; nothing happens when it is 0. Returns `table`. */
export function installTable(slot: PhysAddr, table: PhysAddr): PhysAddr {
  if (table != 0) physStore64(slot, table | TABLE_FLAGS);
  return table;
}

/** The level-2 entry for `address`, where a page is mapped: one of 1 GiB is split. 0 when no frame is left. */
export function splitHuge(owner: TableOwner, address: u64): PhysAddr {
  const slot = entryOf(owner.root, address, 2);
  return stoppedAt == 2 || splitLarge(owner, slot, stoppedAt) ? entryOf(owner.root, address, 2) : <PhysAddr>0;
}

/**
 * Turns the large page that `slot`, of `level`, maps into 512 of the next size, of the same memory. False when no frame is left for their
 * table.
 */
export function splitLarge(owner: TableOwner, slot: PhysAddr, level: u32): bool {
  const table = makeTable(owner);
  if (table == 0) return false;
  let large = physLoad64(slot);
  fillSmaller(table, large, level);
  // A processor may set A or D meanwhile: then the small ones must say so, too.
  for (let found = exchangeLarge(slot, large, table); found != large; found = exchangeLarge(slot, large, table)) {
    large = found;
    fillSmaller(table, large, level);
  }
  return true;
}

function exchangeLarge(slot: PhysAddr, large: u64, table: PhysAddr): u64 {
  return physCompareExchange64(slot, large, table | TABLE_FLAGS);
}

function fillSmaller(table: PhysAddr, large: u64, level: u32): void {
  let entry = level == 2 ? smallOf(large) : large;
  for (let offset: u64 = 0; offset < PAGE_BYTES; offset += 8) {
    physStore64(table + offset, entry);
    entry += pageBytesAt(level - 1);
  }
}
