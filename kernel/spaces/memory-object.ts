import { physLoad64, physStore64 } from "platform";
import { PhysAddr } from "../address/addr";
import { PAGE_BYTES } from "../address/pages";
import { freeBlock, freeFrame } from "../frames/allocator";
import { FrameError } from "../frames/errors";
import { Frame } from "../frames/frame";
import { allocateObject, freeObject, HeapError, makeKind } from "../heap/heap";
import { defineObject, KernelObject, ObjectKind, releaseObject, retainObject } from "../objects/object";
import { dropQuota, holdQuota, openQuota, Quota } from "../quotas/quota";
import { countedBlock, countedFrame } from "./counted-frames";

/**
 * Memory that several tasks may map. Its frames are its own, and its until nobody holds the object any more. They are found by a tree of tables
 * like those that processors walk:
 *
 *     root ──▶ 512 tables of level 2 ──▶ 512 of level 1 ──▶ 512 words, a frame each      as many levels as the size needs
 *
 * What a page holds before it was written:
 *
 *     no pager   zeros: the frame is made with the first access by anybody
 *     a pager    what that server supplies (`supply.ts`): until then nobody can access it
 *
 * Or its frames lie in a row: one block, made with the object, for devices that know nothing of page tables; what it has beyond the object's size
 * nobody maps. Or what lies somewhere and is not the object's to give back, like the boot image.
 *
 *     byte  0       12      16     24    32       36     40   48     52       56         60     64   72     76
 *           object  levels  bytes  root  waiting  dirty  key  pager  isLetGo  nextLetGo  order  row  quota
 */
@unmanaged
@final
export class MemoryObject extends KernelObject {
  levels: u32;
  /** Whole pages. */
  bytes: u64;
  /** 0: no page was made. */
  root: u64;
  /** The first of the tasks that wait for pages of it, as `ipc/` knows them. */
  waiting: usize;
  /** Pages that were written since the pager saw them last. */
  dirty: u32;
  /** What the pager calls it. */
  key: u64;
  /** The port at which the server receives that has its pages; null: none. */
  pager: KernelObject | null;
  /** 1: in the queue of those that the pager is to look at; else 0. */
  isLetGo: u32;
  /** The next one in that queue. */
  nextLetGo: MemoryObject | null;
  /** Of the block at `row`; NOT_ITS_OWN. */
  order: u32;
  /** Physical address of its first byte, if its frames lie in a row; else 0. */
  row: u64;
  /** What its frames count against, whoever has them made. */
  quota: Quota;

  /** The row, if its frames are the object's; else 0. */
  get ownRow(): u64 {
    return this.order == NOT_ITS_OWN ? 0 : this.row;
  }

  /** Is the byte at physical `address` in such a row? */
  hasInRow(address: u64): bool {
    return this.ownRow != 0 && address >= this.row && address - this.row < this.bytes;
  }
}
const MEMORY_BYTES: u32 = 76;
if (offsetof<MemoryObject>() != 76) ERROR("MemoryObject is 76 bytes");
/** An order that no block has: the frames in the row are not to be given back. */
const NOT_ITS_OWN: u32 = 64;
const memoryKind = makeKind("memory object", MEMORY_BYTES);

/** A page's word in a table of level 1: its frame's address, and bits. */
export namespace PageWord {
  /** Written since the pager saw it last. Only in objects with a pager. */
  export const DIRTY: u64 = 1;
  export const ADDRESS: u64 = 0xf_ffff_ffff_f000;
}

/** The largest object: as much as a task has for mappings of one zone. */
export const MOST_BYTES: u64 = 0x1000_0000_0000;

/** The largest whose frames lie in a row: 2 MiB. */
export const MOST_IN_ROW: u64 = 0x20_0000;

/** An object of `bytes`, whole pages, up to MOST_BYTES, whose frames count against `quota`, that nobody holds yet; null when there is no memory. */
export function makeMemory(bytes: u64, quota: Quota): MemoryObject | null {
  const memory = changetype<MemoryObject | null>(allocateObject(memoryKind));
  if (memory == null) return null;
  memory.kind = ObjectKind.MEMORY;
  memory.bytes = bytes;
  memory.quota = holdQuota(quota);
  memory.levels = 1;
  while (coveredBy(memory.levels) < bytes) memory.levels += 1;
  return memory;
}

/** The same, up to MOST_IN_ROW, whose frames lie in a row. */
export function makeMemoryInRow(bytes: u64, quota: Quota): MemoryObject | null {
  const order = orderFor(bytes);
  const memory = makeMemory(bytes, quota);
  if (memory == null) return null;
  const block = countedBlock(quota, order);
  if (block.isNone) {
    forgetMemory(memory);
    return null;
  }
  memory.order = order;
  memory.row = block.address;
  return memory;
}

/** Of the smallest block of `bytes`. */
function orderFor(bytes: u64): u32 {
  let order: u32 = 0;
  while (PAGE_BYTES << (<u64>order) < bytes) order += 1;
  return order;
}

/** The same, of what lies at `address`, a frame's first byte, as long as the machine runs. */
export function makeMemoryAt(address: PhysAddr, bytes: u64): MemoryObject | null {
  const memory = makeMemory(bytes, openQuota());
  if (memory == null) return null;
  memory.order = NOT_ITS_OWN;
  memory.row = address;
  return memory;
}

/** From now on its pages come from the server that receives at `port`, which calls it `key`. It has none yet. */
export function setPager(memory: MemoryObject, port: KernelObject, key: u64): void {
  memory.pager = port;
  memory.key = key;
  retainObject(port);
}

function coveredBy(levels: u32): u64 {
  const shift: u64 = 12 + 9 * levels;
  return (<u64>1) << shift;
}

/** The page at byte `offset`, as a PageWord; made, if it is one of zeros that nobody has accessed. 0: absent, or no memory. */
export function objectPage(memory: MemoryObject, offset: u64): u64 {
  if (memory.row != 0) return memory.row + offset;
  if (memory.pager != null) return pageThere(memory, offset);
  const slot = makeSlot(memory, offset);
  return slot == 0 ? 0 : below(slot, memory.quota);
}

/** The same; 0 also if it has not been made. */
export function pageThere(memory: MemoryObject, offset: u64): u64 {
  const slot = findSlot(memory, offset);
  return slot == 0 ? 0 : physLoad64(slot);
}

/** Where the object, which has levels, says what its page at byte `offset` is; 0: there is no table for it. */
export function findSlot(memory: MemoryObject, offset: u64): PhysAddr {
  let table = memory.root;
  for (let level = memory.levels; level > 1 && table != 0; level--) table = physLoad64(slotIn(table, level, offset));
  return table == 0 ? <PhysAddr>0 : slotIn(table, 1, offset);
}

/** The same, with what tables are missing; 0 when there is no memory for them. */
export function makeSlot(memory: MemoryObject, offset: u64): PhysAddr {
  if (memory.root == 0) memory.root = newFrame(memory.quota);
  let table = memory.root;
  for (let level = memory.levels; level > 1 && table != 0; level--)
    table = below(slotIn(table, level, offset), memory.quota);
  return table == 0 ? <PhysAddr>0 : slotIn(table, 1, offset);
}

/** For byte `offset`, in a table of `level`. */
function slotIn(table: u64, level: u32, offset: u64): PhysAddr {
  const shift: u64 = 3 + 9 * level;
  return <PhysAddr>(table + (((offset >> shift) & 511) << 3));
}

/** What the word at `slot` leads to; a new frame if it leads nowhere. 0 when there is no memory. */
function below(slot: PhysAddr, quota: Quota): u64 {
  const found = physLoad64(slot);
  if (found != 0) return found;
  const made = newFrame(quota);
  physStore64(slot, made);
  return made;
}

function newFrame(quota: Quota): u64 {
  const frame = countedFrame(quota);
  return frame.isNone ? 0 : <u64>frame.address;
}

/** Its pager is to see the page at byte `offset`, which is there, before it forgets it. */
export function markDirty(memory: MemoryObject, offset: u64): void {
  const slot = findSlot(memory, offset);
  const word = physLoad64(slot);
  if ((word & PageWord.DIRTY) != 0) return;
  physStore64(slot, word | PageWord.DIRTY);
  memory.dirty += 1;
}

/** What `ipc/` does when who could write such an object does not map it any more, and its pager has not seen all. */
let letGo: (memory: MemoryObject) => void = tellNobody;

export function onLetGo(tell: (memory: MemoryObject) => void): void {
  letGo = tell;
}

function tellNobody(_memory: MemoryObject): void {}

/** Somebody who may have written the object does not map it any more. */
export function noteLetGo(memory: MemoryObject): void {
  if (memory.dirty != 0) letGo(memory);
}

function objectClosed(_object: KernelObject, _space: usize): void {}

/** Nobody maps it any more: whoever did has flushed. */
function objectUnused(object: KernelObject): void {
  const memory = changetype<MemoryObject>(object);
  const pager = memory.pager;
  freeBelow(memory.root, memory.levels, memory.quota);
  if (memory.ownRow != 0) freeRow(memory);
  forgetMemory(memory);
  if (pager != null) releaseObject(pager);
}
defineObject(ObjectKind.MEMORY, objectClosed, objectUnused);

/** Gives back an object that nobody holds, and that no handle was made for. */
export function discardMemory(memory: MemoryObject): void {
  objectUnused(memory);
}

/** Gives back an object without frames. */
function forgetMemory(memory: MemoryObject): void {
  dropQuota(memory.quota);
  const error = freeObject(memoryKind, changetype<usize>(memory));
  assert(error == HeapError.NONE, "a memory object could not be freed");
}

function freeRow(memory: MemoryObject): void {
  const error = freeBlock(Frame.containing(<PhysAddr>memory.row), memory.order);
  memory.quota.framesLeft += 1 << memory.order;
  assert(error == FrameError.NONE, "memory in a row could not be freed");
}

/** Frees `table` and what it leads to; of level 0 it is a page. */
function freeBelow(table: u64, level: u32, quota: Quota): void {
  if (table == 0) return;
  for (let offset: u64 = 0; level != 0 && offset < PAGE_BYTES; offset += 8)
    freeBelow(physLoad64(<PhysAddr>(table + offset)) & PageWord.ADDRESS, level - 1, quota);
  freeFrame(Frame.containing(<PhysAddr>table));
  quota.framesLeft += 1;
}
