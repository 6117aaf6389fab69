import { physCopy, physStore64, readCr3, writeCr3 } from "platform";
import { PhysAddr, VirtAddr } from "../address/addr";
import { NULL_ZONE_BYTES, USER_LAST } from "../address/layout";
import { PAGE_BYTES } from "../address/pages";
import { allocateFrame, freeFrame } from "../frames/allocator";
import { FrameOwner } from "../frames/owners";
import { kernelRoot } from "../paging/kernel-space";
import { allocateTable, freeLowerHalf, freeTable, mapPage, PagingError, translate } from "../paging/tables";
import { ENTRIES_PER_TABLE } from "../paging/pte";
import { RecordKind } from "../trace/records";
import { trace } from "../trace/trace";
import { pageFlags, Region } from "./region";

/**
 * An address space: a root table whose upper half is the kernel's, copied from the kernel's root (the template), and the regions of
 * its lower half. Invariant: regions do not overlap; pages are mapped only inside regions that have rights, and with those rights.
 */
const MAX_REGIONS: u32 = 24;


@unmanaged
@final
export class Space {
  /** Physical address of the root table; 0 while the space is unused. */
  root: u64;
  regionCount: u32;
  reserved: u32;
}
const REGIONS_AT: usize = 16;
export const SPACE_BYTES: usize = 592;
if (16 + 24 * 24 != 592) ERROR("a space is its head and its regions");
if (offsetof<Space>() != 16) ERROR("the regions of a space follow its head");

export namespace SpaceError {
  export const NONE: u32 = 0;
  export const NO_FRAME: u32 = 1;
  export const TOO_MANY_REGIONS: u32 = 2;
  /** The region would lie over another. */
  export const OVERLAP: u32 = 3;
}

function regionAt(space: Space, index: u32): Region {
  return changetype<Region>(changetype<usize>(space) + REGIONS_AT + <usize>index * offsetof<Region>());
}

/** Clones the template: a new root with an empty lower half and the kernel's upper half. */
export function createSpace(space: Space): u32 {
  const root = allocateTable();
  if (root == 0) return SpaceError.NO_FRAME;
  const half = <u64>(ENTRIES_PER_TABLE / 2) * 8;
  physCopy(root + half, kernelRoot() + half, half);
  space.root = root;
  space.regionCount = 0;
  return SpaceError.NONE;
}

/** Adds a region of `bytes` at `first`, both multiples of the page size. With rights, every page of it gets a zeroed frame. */
export function addRegion(space: Space, first: VirtAddr, bytes: u64, kind: u32, rights: u32): u32 {
  if (space.regionCount == MAX_REGIONS) return SpaceError.TOO_MANY_REGIONS;
  const last = first + bytes - 1;
  assert(
    first >= NULL_ZONE_BYTES && last > first && last <= USER_LAST - PAGE_BYTES,
    "a region outside of what users may have",
  );
  for (let i: u32 = 0; i < space.regionCount; i++) {
    const other = regionAt(space, i);
    if (first <= other.last && other.first <= last) return SpaceError.OVERLAP;
  }
  const region = regionAt(space, space.regionCount);
  region.first = first;
  region.last = last;
  region.kind = kind;
  region.rights = rights;
  space.regionCount += 1;
  return rights == 0 ? SpaceError.NONE : populate(space, first, bytes, pageFlags(rights));
}

function populate(space: Space, first: VirtAddr, bytes: u64, flags: u64): u32 {
  for (let done: u64 = 0; done < bytes; done += PAGE_BYTES) {
    const frame = allocateFrame(FrameOwner.USER);
    if (frame.isNone) return SpaceError.NO_FRAME;
    const error = mapPage(<PhysAddr>space.root, <VirtAddr>(first + done), frame.address, 1, flags);
    if (error != PagingError.NONE) {
      freeFrame(frame);
      return error == PagingError.OCCUPIED ? SpaceError.OVERLAP : SpaceError.NO_FRAME;
    }
  }
  trace(RecordKind.MAPPED, first, bytes, flags);
  return SpaceError.NONE;
}

/** The region that holds `address`; null when none does. */
export function findRegion(space: Space, address: u64): Region | null {
  for (let i: u32 = 0; i < space.regionCount; i++) {
    const region = regionAt(space, i);
    if (region.holds(address)) return region;
  }
  return null;
}

/** The first region of `kind`; null when there is none. */
export function regionOfKind(space: Space, kind: u32): Region | null {
  for (let i: u32 = 0; i < space.regionCount; i++) {
    const region = regionAt(space, i);
    if (region.kind == kind) return region;
  }
  return null;
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

/** Loads the space on this CPU, if it is not loaded already. */
export function enterSpace(space: Space): void {
  if (readCr3() != space.root) writeCr3(space.root);
}

/** Leaves whatever space is loaded for the kernel's own, which has no lower half. */
export function leaveSpaces(): void {
  if (readCr3() != kernelRoot()) writeCr3(kernelRoot());
}

function traceUnmapped(region: Region): void {
  if (region.rights == 0) return;
  trace(RecordKind.UNMAPPED, region.first, region.last - region.first + 1, pageFlags(region.rights));
}

/** Gives back every frame and table of the space. It must be loaded on no CPU. */
export function destroySpace(space: Space): void {
  if (space.root == 0) return;
  assert(readCr3() != space.root);
  for (let i: u32 = 0; i < space.regionCount; i++) traceUnmapped(regionAt(space, i));
  freeLowerHalf(<PhysAddr>space.root);
  freeTable(<PhysAddr>space.root);
  space.root = 0;
  space.regionCount = 0;
}
