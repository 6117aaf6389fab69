import { physLoad64, physStore64 } from "platform";
import { PhysAddr, VirtAddr } from "../address/addr";
import { isAligned } from "../address/pages";
import { allocateFrame, freeFrame } from "../frames/allocator";
import { FrameError } from "../frames/errors";
import { Frame } from "../frames/frame";
import { FrameOwner } from "../frames/owners";
import { hasHugePages, supportedFlags } from "./features";
import { entryAddress, entrySlot, isLeaf, isPresent, leafAt, pageBytesAt, Pte, ROOT_LEVEL } from "./pte";

/** Four-level page tables: made on demand, walked, taken down. Tables are reached by physical address. */
export namespace PagingError {
  export const NONE: u32 = 0;
  /** No frame was left for a table; what was mapped before it stays mapped. */
  export const NO_FRAME: u32 = 1;
  /** Something is mapped there already. */
  export const OCCUPIED: u32 = 2;
}

export function pagingErrorText(error: u32): string {
  if (error == PagingError.NO_FRAME) return "no frame is left for a page table";
  return error == PagingError.OCCUPIED ? "an address would be mapped twice" : "no error";
}

/** A zeroed table, or address 0 when no frame is left. */
export function allocateTable(): PhysAddr {
  const frame = allocateFrame(FrameOwner.PAGE_TABLE);
  return frame.isNone ? <PhysAddr>0 : frame.address;
}

/** Gives back a table that no entry points to any more. */
export function freeTable(table: PhysAddr): void {
  giveBack(table);
}

function giveBack(address: PhysAddr): void {
  const error = freeFrame(Frame.containing(address));
  assert(error == FrameError.NONE, "a frame of a space could not be freed");
}

/** The level at which `findLeaf` stopped. */
let leafLevel: u32 = 0;

/**
 * The entry that decides about `address`: the leaf that maps it, or 0 when nothing does.
 */
export function findLeaf(root: PhysAddr, address: VirtAddr): u64 {
  let table = root;
  for (let level = ROOT_LEVEL; level > 0; level--) {
    const entry = physLoad64(entrySlot(table, address, level));
    leafLevel = level;
    if (!isPresent(entry)) return 0;
    if (isLeaf(entry, level)) return entry;
    table = entryAddress(entry);
  }
  return 0;
}

/** Physical address that `address` maps to, or 0 when it is not mapped. */
export function translate(root: PhysAddr, address: VirtAddr): PhysAddr {
  const entry = findLeaf(root, address);
  if (entry == 0) return <PhysAddr>0;
  const inside = pageBytesAt(leafLevel) - 1;
  return <PhysAddr>((entry & Pte.ADDRESS & ~inside) | (address & inside));
}

/** What `tableAt` answers when a large page is in the way: no table has this address. */
const BLOCKED: u64 = 1;

/** The table of `level` that covers `address`, made if need be; 0 when no frame is left, BLOCKED when a large page is in the way. */
function tableAt(root: PhysAddr, address: VirtAddr, level: u32, flags: u64): PhysAddr {
  let table = root;
  for (let above = ROOT_LEVEL; above > level; above--) {
    const slot = entrySlot(table, address, above);
    const entry = physLoad64(slot);
    if (isPresent(entry)) {
      if (isLeaf(entry, above)) return <PhysAddr>BLOCKED;
      table = entryAddress(entry);
    } else {
      const made = allocateTable();
      if (made == 0) return made;
      // Rights are the leaf's alone: an entry above it allows everything that its half may ever have.
      physStore64(slot, made | Pte.PRESENT | Pte.WRITE | (flags & Pte.USER));
      table = made;
    }
  }
  return table;
}

/** Makes sure that the root has a table below it for `address`, so that every copy of the root will share it. */
export function reserveRootEntry(root: PhysAddr, address: VirtAddr): u32 {
  return tableAt(root, address, ROOT_LEVEL - 1, 0) == 0 ? PagingError.NO_FRAME : PagingError.NONE;
}

/** Makes sure that the tables above level `level` exist for `address`. Returns a PagingError. */
export function reserveTables(root: PhysAddr, address: VirtAddr, level: u32): u32 {
  return tableAt(root, address, level, 0) == 0 ? PagingError.NO_FRAME : PagingError.NONE;
}

/** Is there a page table for `address`? */
export function hasPageTable(root: PhysAddr, address: VirtAddr): bool {
  findLeaf(root, address);
  return leafLevel == 1;
}

/** Takes the 4 KiB page at `address` away, which is mapped. Tables stay. The caller flushes before the frame may be another's. */
export function unmapPage(root: PhysAddr, address: VirtAddr): void {
  const table = tableAt(root, address, 1, 0);
  assert(isPresent(physLoad64(entrySlot(table, address, 1))), "a page that is not mapped is taken away");
  physStore64(entrySlot(table, address, 1), 0);
}

/** Maps one page, of the size that `level` has. `flags` are Pte bits of a 4 KiB page's leaf; PRESENT is added, LARGE where it belongs. */
export function mapPage(root: PhysAddr, at: VirtAddr, frame: PhysAddr, level: u32, flags: u64): u32 {
  const table = tableAt(root, at, level, flags);
  if (table == 0) return PagingError.NO_FRAME;
  if (table == BLOCKED) return PagingError.OCCUPIED;
  const slot = entrySlot(table, at, level);
  if (isPresent(physLoad64(slot))) return PagingError.OCCUPIED;
  physStore64(slot, frame | leafAt(supportedFlags(flags), level) | Pte.PRESENT);
  return PagingError.NONE;
}

/** Maps `bytes` (a multiple of 4096) with the largest pages that alignment and CPU allow. */
export function mapRange(root: PhysAddr, at: VirtAddr, frame: PhysAddr, bytes: u64, flags: u64): u32 {
  for (let done: u64 = 0; done < bytes;) {
    const level = largestLevel(at + done, frame + done, bytes - done);
    const error = mapPage(root, <VirtAddr>(at + done), <PhysAddr>(frame + done), level, flags);
    if (error != PagingError.NONE) return error;
    done += pageBytesAt(level);
  }
  return PagingError.NONE;
}

/** The level of the largest page that `bytes` at `at`, of the memory from `frame` on, can begin with. */
export function largestLevel(at: u64, frame: u64, bytes: u64): u32 {
  for (let level: u32 = hasHugePages() ? 3 : 2; level > 1; level--) {
    const size = pageBytesAt(level);
    if (bytes >= size && isAligned(at | frame, size)) return level;
  }
  return 1;
}

/** Sets the rights of the page that maps `address` to `flags`; contents, size, A and D stay. The caller flushes. */
export function setRights(root: PhysAddr, address: VirtAddr, flags: u64): void {
  const entry = findLeaf(root, address);
  assert(entry != 0);
  let table = root;
  for (let level = ROOT_LEVEL; level > leafLevel; level--) {
    table = entryAddress(physLoad64(entrySlot(table, address, level)));
  }
  const rights: u64 = Pte.WRITE | Pte.USER | Pte.NO_EXECUTE;
  physStore64(entrySlot(table, address, leafLevel), (entry & ~rights) | supportedFlags(flags & rights));
}
