import { physAnd64, physLoad64, physOr64, physStore64 } from "platform";
import { allocateFrame } from "../frames/allocator";
import { FrameOwner } from "../frames/owners";
import { leafSlot } from "./root";

/**
 * Which pages of linear memory are slabs: a bit for each of 2^20 pages, so that any number may be asked for, and nothing is looked at
 * that is not the heap's. A leaf is a frame of 2^15 bits (128 MiB of linear memory), made when a page of it first becomes a slab.
 *
 *     address   31    27 26       12 11       0
 *               | leaf  |   bit     | offset  |
 *
 * Bits are changed under the pages' lock. Who has an object may read its bit without: it was set before the object was handed out.
 */
const LEAF_SHIFT: usize = 27;
const PAGE_SHIFT: usize = 12;
export const LEAVES: u32 = 32;
export const LEAF_WORDS: u32 = 512;

let leaves: u64 = 0;

/** No page is a slab: for a root that has just been made. */
export function openDirectory(): void {
  leaves = 0;
}

/** Frames of the directory. */
export function directoryFrames(): u64 {
  return leaves;
}

function leafOf(address: usize): u64 {
  return physLoad64(leafSlot(<u32>(address >> LEAF_SHIFT)));
}

function wordAddress(leaf: u64, address: usize): u64 {
  return leaf + ((((<u64>address) >> 18) & (LEAF_WORDS - 1)) << 3);
}

function bitOf(address: usize): u64 {
  return (<u64>1) << ((<u64>(address >> PAGE_SHIFT)) & 63);
}

/** Does `address` lie in a slab? Any number may be asked about. */
export function isObjectPage(address: usize): bool {
  const leaf = leafOf(address);
  return leaf != 0 && (physLoad64(wordAddress(leaf, address)) & bitOf(address)) != 0;
}

/** The pages' lock is held. False when there is no frame for the leaf. */
export function enterPageLocked(page: usize): bool {
  if (leafOf(page) == 0 && !makeLeaf(page)) return false;
  physOr64(wordAddress(leafOf(page), page), bitOf(page));
  return true;
}

function makeLeaf(page: usize): bool {
  const frame = allocateFrame(FrameOwner.KERNEL_OBJECTS);
  if (frame.isNone) return false;
  physStore64(leafSlot(<u32>(page >> LEAF_SHIFT)), frame.address);
  leaves += 1;
  return true;
}

/** The pages' lock is held. */
export function leavePageLocked(page: usize): void {
  physAnd64(wordAddress(leafOf(page), page), ~bitOf(page));
}

/** Word `index` of leaf `leaf`, for those who look at all slabs: bit n is page (leaf * 2^15 + index * 64 + n). */
export function directoryWord(leaf: u32, index: u32): u64 {
  const at = physLoad64(leafSlot(leaf));
  return at == 0 ? 0 : physLoad64(at + ((<u64>index) << 3));
}
