import { physLoad64, physStore64 } from "platform";
import { PhysAddr } from "../address/addr";
import { PAGE_BYTES } from "../address/pages";
import { allocateBlock, allocateFrame, freeBlock, freeFrame } from "../frames/allocator";
import { FrameError } from "../frames/errors";
import { Frame } from "../frames/frame";
import { FrameOwner } from "../frames/owners";
import { allocateObject, freeObject, HeapError, makeKind } from "../heap/heap";
import { defineObject, KernelObject, ObjectKind } from "../objects/object";

/**
 * Memory that several tasks may map. Its frames are its own, zeroed, made with the first access to each page by anybody, and its until
 * nobody holds the object any more. They are found by a tree of tables like those that processors walk:
 *
 *     root ──▶ 512 tables of level 2 ──▶ 512 of level 1 ──▶ 512 frames      as many levels as the size needs
 *
 * Or they lie in a row, for devices that know nothing of page tables: one block, made with the object. What it has beyond the object's size nobody
 * maps.
 *
 *     byte  0       12 16     24    32      36     40   48
 *           object     bytes  root  levels  order  row
 */
@unmanaged
@final
export class MemoryObject extends KernelObject {
  /** Whole pages. */
  bytes: u64;
  /** 0: no page was made. */
  root: u64;
  levels: u32;
  /** Of the block at `row`. */
  order: u32;
  /** Physical address of its first byte, if its frames lie in a row; else 0. */
  row: u64;

  /** Is the byte at physical `address` in its row? */
  hasInRow(address: u64): bool {
    return this.row != 0 && address >= this.row && address - this.row < this.bytes;
  }
}
const MEMORY_BYTES: u32 = 48;
if (offsetof<MemoryObject>() != 48) ERROR("MemoryObject is 48 bytes");
const memoryKind = makeKind("memory object", MEMORY_BYTES);

/** The largest object: as much as a task has for mappings of one zone. */
export const MOST_BYTES: u64 = 0x1000_0000_0000;

/** The largest whose frames lie in a row: 2 MiB. */
export const MOST_IN_ROW: u64 = 0x20_0000;

/** An object of `bytes`, whole pages, up to MOST_BYTES, that nobody holds yet; null when there is no memory. */
export function makeMemory(bytes: u64): MemoryObject | null {
  const memory = changetype<MemoryObject | null>(allocateObject(memoryKind));
  if (memory == null) return null;
  memory.kind = ObjectKind.MEMORY;
  memory.bytes = bytes;
  memory.levels = 1;
  while (coveredBy(memory.levels) < bytes) memory.levels += 1;
  return memory;
}

/** The same, up to MOST_IN_ROW, whose frames lie in a row. */
export function makeMemoryInRow(bytes: u64): MemoryObject | null {
  const order = orderFor(bytes);
  const memory = makeMemory(bytes);
  if (memory == null) return null;
  const block = allocateBlock(order, FrameOwner.USER);
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

function coveredBy(levels: u32): u64 {
  const shift: u64 = 12 + 9 * levels;
  return (<u64>1) << shift;
}

/** The frame at byte `offset` of the object, made if there is none; none when there is no memory. */
export function objectFrame(memory: MemoryObject, offset: u64): Frame {
  if (memory.row != 0) return Frame.containing(<PhysAddr>(memory.row + offset));
  if (memory.root == 0) memory.root = newFrame();
  let table = memory.root;
  for (let level = memory.levels; level > 0 && table != 0; level--) table = below(table, level, offset);
  return table == 0 ? Frame.none() : Frame.containing(<PhysAddr>table);
}

/** What the entry for `offset` leads to, in a table of `level`; made if there is nothing. 0 when there is no memory. */
function below(table: u64, level: u32, offset: u64): u64 {
  const shift: u64 = 3 + 9 * level;
  const slot = <PhysAddr>(table + (((offset >> shift) & 511) << 3));
  const found = physLoad64(slot);
  if (found != 0) return found;
  const made = newFrame();
  physStore64(slot, made);
  return made;
}

function newFrame(): u64 {
  const frame = allocateFrame(FrameOwner.USER);
  return frame.isNone ? 0 : <u64>frame.address;
}

function objectClosed(_object: KernelObject, _space: usize): void {}

/** Nobody maps it any more: whoever did has flushed. */
function objectUnused(object: KernelObject): void {
  const memory = changetype<MemoryObject>(object);
  freeBelow(memory.root, memory.levels);
  if (memory.row != 0) freeRow(memory);
  forgetMemory(memory);
}
defineObject(ObjectKind.MEMORY, objectClosed, objectUnused);

/** Gives back an object that nobody holds, and that no handle was made for. */
export function discardMemory(memory: MemoryObject): void {
  objectUnused(memory);
}

/** Gives back an object without frames. */
function forgetMemory(memory: MemoryObject): void {
  const error = freeObject(memoryKind, changetype<usize>(memory));
  assert(error == HeapError.NONE, "a memory object could not be freed");
}

function freeRow(memory: MemoryObject): void {
  const error = freeBlock(Frame.containing(<PhysAddr>memory.row), memory.order);
  assert(error == FrameError.NONE, "memory in a row could not be freed");
}

/** Frees `table` and what it leads to; of level 0 it is a page. */
function freeBelow(table: u64, level: u32): void {
  if (table == 0) return;
  for (let offset: u64 = 0; level != 0 && offset < PAGE_BYTES; offset += 8)
    freeBelow(physLoad64(<PhysAddr>(table + offset)), level - 1);
  freeFrame(Frame.containing(<PhysAddr>table));
}
