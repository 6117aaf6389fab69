import { physCopy, physStore64 } from "platform";
import { PhysAddr, VirtAddr } from "../address/addr";
import { KERNEL_HALF, NULL_ZONE_BYTES, USER_LAST } from "../address/layout";
import { LARGE_BYTES, PAGE_BYTES } from "../address/pages";
import { onlineCpus } from "../cpu/online";
import { freeFrame } from "../frames/allocator";
import { Frame } from "../frames/frame";
import { Handle, HandleTable } from "../objects/handle";
import { dropHandleTable, noteUnmapping } from "../objects/handles";
import { kernelRoot } from "../paging/kernel-space";
import { giveSlot, slotFirst, slotLast, UNUSED_BYTES } from "../paging/module-zone";
import { ENTRIES_PER_TABLE } from "../paging/pte";
import { giveTable, makeTable } from "../paging/table-owner";
import { translate } from "../paging/tables";
import { beginFlush, finishFlush } from "../tlb/gather";
import { forgetContexts } from "../tlb/contexts";
import { leaveIdly } from "../tlb/loaded";
import { numberTranslations, Translations } from "../tlb/translations";
import { RecordKind } from "../trace/records";
import { trace } from "../trace/trace";
import { RegionKind } from "./kinds";
import { MemoryObject, noteLetGo } from "./memory-object";
import { pageFlags } from "./pages";
import { Backing, Region } from "./region";
import { freeRegion } from "./region-pool";
import { after, before, findIn, firstFrom, move, taken, takeOut, takeOne } from "./region-tree";
import { unmapRange } from "./unmap";

/**
 * An address space: a root table whose upper half is the kernel's, copied from the kernel's root (the template), and the regions of
 * its lower half; a module has some in its slot of the modules' zone, too. Invariant: regions do not overlap; pages are mapped only inside regions, with no more rights than theirs.
 */
@unmanaged
@final
export class Space extends Translations {
  regions: Region | null;
  /** Mappings are placed at or above this, which is drawn for the space. */
  mmapBase: u64;
  /** A ColourSet: the cache colours that the task's frames are of; 0: of any. */
  colours: u64;
  nextColour: u32;
  /** The region that was looked for last. */
  recent: Region | null;
  /** Where the message buffer is; 0: it has not been needed. */
  message: u64;
  /** What the task may do with objects; null: it has had no handle. */
  handles: HandleTable | null;
  /** The lowest region of kind HEAP, when it has been looked for: a piece that is cut from it, or joined to it, lies above it. */
  heap: Region | null;
  /** Physical address of what the task may do beyond others (`manifests/manifest.ts`); 0: nothing. */
  manifest: u64;
  /** The slot of the modules' zone that is its own, from 1; 0: none, as most have. */
  slot: u32;
}
export const SPACE_BYTES: usize = 112;
if (offsetof<Space>() > 112) ERROR("Space is 112 bytes at most");

export namespace SpaceError {
  export const NONE: u32 = 0;
  /** No frame is left for a page or a table, or no region for what must be remembered, or the quota allows none. Nothing has changed. */
  export const NO_MEMORY: u32 = 1;
  /** Something is there already. */
  export const OVERLAP: u32 = 2;
  /** Not in what users may have, or not whole pages. */
  export const BAD_RANGE: u32 = 3;
  /** Part of the range is in no region. */
  export const NOT_MAPPED: u32 = 4;
  /** Such rights are never given, or not here. */
  export const BAD_RIGHTS: u32 = 5;
  /** Not memory of a device, or mapped with another type elsewhere (`paging/device-ranges.ts`). */
  export const NO_DEVICE: u32 = 6;
  /** Part of the range is sealed (`sealRange`). */
  export const SEALED: u32 = 7;
}

/** Clones the template, for a space that has its quota: a new root with an empty lower half and the kernel's upper half. */
export function createSpace(space: Space): u32 {
  const root = makeTable(space);
  if (root == 0) return SpaceError.NO_MEMORY;
  const half = <u64>(ENTRIES_PER_TABLE / 2) * 8;
  physCopy(root + half, kernelRoot() + half, half);
  space.root = root;
  space.number = numberTranslations();
  space.regions = null;
  space.recent = null;
  space.heap = null;
  return SpaceError.NONE;
}

/** Is it in the part of the modules' zone that is this space's? */
export function isOwnSlot(space: Space, first: u64, last: u64): bool {
  const slot = space.slot - 1;
  return space.slot != 0 && first >= slotFirst(slot) + UNUSED_BYTES && last > first && last <= slotLast(slot);
}

/** May a user have pages from `first` to `last`? Whole pages, not the first 64 KiB, not the last page (SYSRET: DESIGN). */
export function isUserRange(first: u64, last: u64): bool {
  const isWhole = ((first | (last + 1)) & (PAGE_BYTES - 1)) == 0;
  return isWhole && first >= NULL_ZONE_BYTES && last > first && last <= USER_LAST - PAGE_BYTES;
}

/** The region that holds `address`; null when none does. */
export function findRegion(space: Space, address: u64): Region | null {
  const recent = space.recent;
  if (recent != null && recent.holds(address)) return recent;
  const found = findIn(space.regions, address);
  space.recent = found;
  return found;
}

/** A region that was in the space's tree, and is no more. */
export function forgetRegion(space: Space, region: Region): void {
  if (region.source != 0) leaveObject(region);
  if (space.recent == region) space.recent = null;
  if (space.heap == region) space.heap = null;
  space.quota.regionsLeft += 1;
  freeRegion(region);
}

function leaveObject(region: Region): void {
  const handle = changetype<Handle>(region.source);
  if (region.backing == Backing.OBJECT) noteLetGo(changetype<MemoryObject>(handle.object));
  noteUnmapping(handle);
}

/** The first region of `kind`; null when there is none. */
export function regionOfKind(space: Space, kind: u32): Region | null {
  let region = firstFrom(space.regions, 0);
  while (region != null && region.kind != kind) region = firstFrom(space.regions, region.last + 1);
  return region;
}

/** The task's heap, or what is left of it at its lower end; null when nothing is. */
export function heapOf(space: Space): Region | null {
  if (space.heap == null) space.heap = regionOfKind(space, RegionKind.HEAP);
  return space.heap;
}

/** Copies `bytes` of physical memory into mapped pages of the space, whatever their rights. */
export function fillSpace(space: Space, to: VirtAddr, from: PhysAddr, bytes: u64): void {
  for (let done: u64 = 0; done < bytes;) {
    const at = <VirtAddr>(to + done);
    const part = min<u64>(bytes - done, PAGE_BYTES - (at & (PAGE_BYTES - 1)));
    physCopy(wordAddress(space, at), from + done, part);
    done += part;
  }
}

/** Stores a 64-bit word at `at`, which is mapped and aligned to 8, whatever the rights of its page. */
export function storeWord(space: Space, at: VirtAddr, value: u64): void {
  physStore64(wordAddress(space, at), value);
}

function wordAddress(space: Space, at: VirtAddr): PhysAddr {
  const address = translate(<PhysAddr>space.root, at);
  assert(address != 0);
  return address;
}

/** Gives back every frame and table of the space. No CPU runs it. */
export function destroySpace(space: Space): void {
  if (space.root == 0) return;
  assert(space.loadedOn == 0);
  if (space.idleOn != 0) leaveIdly(space);
  if (space.slot != 0) leaveZone(space);
  const all = space.regions;
  space.regions = null;
  if (all != null) unmapRegions(space, all, 0, USER_LAST);
  dropBelongings(space);
  giveTable(space, <PhysAddr>space.root);
  space.root = 0;
}

/**
 * A module's memory is in all spaces: every CPU may have cached it, for whatever space. What CPUs keep of spaces that are not loaded goes first, and then,
 * until it is gone, all of them count as having this one loaded; the kernel's lock keeps them from loading others.
 */
function leaveZone(space: Space): void {
  const slot = space.slot - 1;
  forgetContexts();
  space.loadedOn = onlineCpus();
  clearRange(space, slotFirst(slot), slotLast(slot));
  space.loadedOn = 0;
  space.slot = 0;
  giveSlot(slot);
}

/** What a space has beside its pages. */
function dropBelongings(space: Space): void {
  const handles = space.handles;
  if (handles != null) dropHandleTable(handles);
  if (space.message != 0) dropMessageBuffer(space);
  space.handles = null;
  space.message = 0;
}

function dropMessageBuffer(space: Space): void {
  freeFrame(Frame.containing(<PhysAddr>space.message));
  space.quota.framesLeft += 1;
}

/** Removes all regions from `first` to `last`, whose ends no region, large page or shared table may lie across, and their pages. */
export function clearRange(space: Space, first: u64, last: u64): void {
  space.regions = takeOut(space.regions, first, last);
  const gone = taken();
  if (gone == null) return;
  findGapAround(space, first);
  unmapRegions(space, gone, gapFirst, gapLast);
}

/** The same for one region. */
export function removeRegion(space: Space, region: Region): void {
  space.regions = takeOne(space.regions, region);
  noteGap(space, region.first, before(), after());
  unmapRegions(space, region, gapFirst, gapLast);
}

/** Takes from `region` its part from `first` to `last`, one of its ends, and leaves the rest. No large page or shared table lies across. */
export function trimRegion(space: Space, region: Region, first: u64, last: u64): void {
  if (first == region.first) moveStart(space, region, last + 1);
  else move(space.regions, region, region.first, first - 1);
  removePages(space, first, last);
  trace(RecordKind.UNMAPPED, first, last - first + 1, pageFlags(region.rights));
}

function moveStart(space: Space, region: Region, first: u64): void {
  region.offset += first - region.first;
  move(space.regions, region, first, region.last);
}

/** Takes all pages from `first` to `last` away, and the tables that nothing needs any more. No region holds `last`. */
export function removePages(space: Space, first: u64, last: u64): void {
  findGapAround(space, last);
  beginFlush(space);
  unmapRange(space.root, first, last, gapFirst, gapLast);
  finishFlush();
}

/**
 * The same where a region ends just below `first`. Tables that cover the end of that region, too, stay: of those nobody need know what lies
 * above.
 */
export function removePagesAbove(space: Space, first: u64, last: u64): void {
  if (((first - 1) ^ last) >= LARGE_BYTES) return removePages(space, first, last);
  beginFlush(space);
  unmapRange(space.root, first, last, first, last);
  finishFlush();
}

/** The pages of regions that are in the space's tree no more, then these. There is no other region from `first` to `last`. */
function unmapRegions(space: Space, gone: Region, first: u64, last: u64): void {
  beginFlush(space);
  unmapInOrder(space.root, gone, first);
  unmapLast(space.root, first, last);
  finishFlush();
  freeRegions(space, gone);
}

/** The region whose turn has come: its tables can go when it is known where the next one begins. */
let current: Region | null = null;

/** Region by region: what lies between them has no pages, and is not looked at. */
function unmapInOrder(root: u64, tree: Region | null, first: u64): void {
  if (tree == null) return;
  unmapInOrder(root, tree.left, first);
  unmapLast(root, first, tree.first - 1);
  current = tree;
  unmapInOrder(root, tree.right, first);
}

function unmapLast(root: u64, first: u64, last: u64): void {
  const region = current;
  if (region != null) unmapRange(root, region.first, region.last, first, last);
  current = null;
}

/** What `noteGap` was told. */
let gapFirst: u64 = 0;
let gapLast: u64 = 0;

/** Between which regions lies `address`, which none holds? */
function findGapAround(space: Space, address: u64): void {
  const above = firstFrom(space.regions, address);
  noteGap(space, address, before(), above);
}

/** The gap that holds `address` lies between these two. */
function noteGap(space: Space, address: u64, below: Region | null, above: Region | null): void {
  gapFirst = below == null ? 0 : below.last + 1;
  gapLast = above == null ? USER_LAST : above.first - 1;
  if (address >= KERNEL_HALF) stayInSlot(space.slot - 1);
}

/** The table of a slot, which the root leads to, is not the space's. */
function stayInSlot(slot: u32): void {
  gapFirst = max<u64>(gapFirst, slotFirst(slot) + UNUSED_BYTES);
  gapLast = slotLast(slot);
}

/** In ascending order. */
function freeRegions(space: Space, tree: Region | null): void {
  if (tree == null) return;
  const right = tree.right;
  freeRegions(space, tree.left);
  if (tree.rights != 0) trace(RecordKind.UNMAPPED, tree.first, tree.bytes, pageFlags(tree.rights));
  forgetRegion(space, tree);
  freeRegions(space, right);
}
