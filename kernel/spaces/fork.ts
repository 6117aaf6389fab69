import { physAnd64, physLoad64, physStore64 } from "platform";
import { PhysAddr } from "../address/addr";
import { shareFrame } from "../frames/allocator";
import { Frame } from "../frames/frame";
import { shareFrames } from "../frames/runs";
import { blockOrder, entryAddress, isLeaf, leafAddress, pageBytesAt, Pte } from "../paging/pte";
import { entryLevel, entryStart, makeDirectoryEntry, makeEntry, nextEntry } from "../paging/user-tables";
import { Handle } from "../objects/handle";
import { noteMapping } from "../objects/handles";
import { mayHaveRegions } from "../quotas/quota";
import { beginFlush, finishFlush, noteAllPages } from "../tlb/gather";
import { heirOf, inheritHandles } from "./handles";
import { leaveMessageBuffer } from "./message-buffer";
import { Backing, Region } from "./region";
import { freeRegion, makeRegion } from "./region-pool";
import { Space, SpaceError } from "./space";

/**
 * Copies of spaces. A fork copies regions and shares page tables (Zhao et al.: "On-demand-fork", EuroSys 2021): both spaces get the same
 * table, without the right to write in the entry that leads there, so that it costs what a space has of tables, not of pages. The first
 * change below such an entry gives that space a table of its own (`ownTable`), and then the first write of a page a frame of its own.
 */

/** Makes `child`, which has its parent's quota and nothing else, what `parent` is. Returns a SpaceError; if it is not NONE, destroy the child. */
export function forkSpace(parent: Space, child: Space): u32 {
  child.mmapBase = parent.mmapBase;
  child.colours = parent.colours;
  child.manifest = parent.manifest;
  if (!inheritHandles(parent, child)) return SpaceError.NO_MEMORY;
  areSomeMissing = false;
  child.regions = copyTree(parent.regions, child);
  if (areSomeMissing) return SpaceError.NO_MEMORY;
  beginFlush(parent);
  const isDone = shareTables(parent, child);
  finishFlush();
  // It flushes what it changes by itself.
  return isDone && leaveMessageBuffer(child) ? SpaceError.NONE : SpaceError.NO_MEMORY;
}

/** Has `copyTree` left out regions? */
let areSomeMissing: bool = false;

/** A copy of the same shape, as far as there is memory and the quota allows. */
function copyTree(tree: Region | null, space: Space): Region | null {
  if (tree == null) return null;
  const copy = copyRegion(tree, space);
  if (copy == null) {
    areSomeMissing = true;
    return null;
  }
  space.quota.regionsLeft -= 1;
  copy.left = copyTree(tree.left, space);
  copy.right = copyTree(tree.right, space);
  return copy;
}

/** What was mapped by a handle is the copy's by a handle of its own. */
function copyRegion(region: Region, space: Space): Region | null {
  const copy = mayHaveRegions(space.quota, 1) ? makeRegion() : null;
  if (copy == null) return null;
  if (region.source != 0) {
    const handle = heirOf(changetype<Handle>(region.source), space);
    if (handle == null) {
      freeRegion(copy);
      return null;
    }
    copy.become(region);
    copy.source = changetype<usize>(handle);
    noteMapping(handle);
    return copy;
  }
  copy.become(region);
  return copy;
}

/** Up to here `shareTablesOf` has shared: regions that lie close together have their tables in common. */
let sharedTo: u64 = 0;

function shareTables(parent: Space, child: Space): bool {
  sharedTo = 0;
  return shareTablesOf(parent.regions, parent.root, child);
}

/** Region by region: what lies between them has no pages, and is not looked at. False when a frame was missing for a table. */
function shareTablesOf(tree: Region | null, from: u64, to: Space): bool {
  if (tree == null) return true;
  if (!shareTablesOf(tree.left, from, to) || !shareTablesFor(tree, from, to)) return false;
  return shareTablesOf(tree.right, from, to);
}

/** The message buffer is the parent's alone. */
function shareTablesFor(region: Region, from: u64, to: Space): bool {
  if (region.isGuard || region.backing == Backing.MESSAGE_BUFFER) return true;
  for (let at = max<u64>(sharedTo, region.first); at <= region.last; at = sharedTo) {
    const slot = nextEntry(from, 2, at, region.last);
    if (slot == 0) return true;
    const start = entryStart();
    const level = entryLevel();
    if (!share(slot, to, start, level)) return false;
    sharedTo = (start | (pageBytesAt(level) - 1)) + 1;
  }
  return true;
}

/** What the entry at `slot`, of `level`, leads to, for `address` in `to` too. */
function share(slot: PhysAddr, to: Space, address: u64, level: u32): bool {
  const copy = level == 2 ? makeDirectoryEntry(to, address) : makeEntry(to, address, level);
  if (copy == 0) return false;
  if (isLeaf(physLoad64(slot), level)) shareLarge(slot, copy, level);
  else shareTable(slot, copy);
  return true;
}

function shareTable(slot: PhysAddr, copy: PhysAddr): void {
  const entry = physAnd64(slot, ~Pte.WRITE);
  if ((entry & Pte.WRITE) != 0) noteAllPages();
  shareFrame(Frame.containing(entryAddress(entry)));
  physStore64(copy, entry & ~Pte.WRITE);
}

/** A large page is nobody's alone now; it stays large for who only reads. A device's is both's, as it is. */
function shareLarge(slot: PhysAddr, copy: PhysAddr, level: u32): void {
  const found = physLoad64(slot);
  if ((found & Pte.FOREIGN) != 0) return physStore64(copy, found);
  const entry = physAnd64(slot, ~(Pte.WRITE | Pte.OWNED));
  if ((entry & Pte.WRITE) != 0) noteAllPages();
  shareFrames(Frame.containing(leafAddress(entry, level)), blockOrder(level));
  physStore64(copy, entry & ~(Pte.WRITE | Pte.OWNED));
}
