import { physLoad64 } from "platform";
import { PhysAddr } from "../address/addr";
import { PAGE_BYTES } from "../address/pages";
import { freeBlock, freeFrame } from "../frames/allocator";
import { FrameError } from "../frames/errors";
import { Frame } from "../frames/frame";
import { allocateObject, freeObject, HeapError, makeKind } from "../heap/heap";
import { defineObject, KernelObject, ObjectKind, releaseObject } from "../objects/object";
import { dropQuota, holdQuota, openQuota, Quota } from "../quotas/quota";
import { countedBlock } from "./counted-frames";
import { coveredBy, MEMORY_BYTES, MemoryObject, NOT_ITS_OWN, PageWord } from "./memory-object";
import { leavePaged } from "./paged-objects";

/** How memory objects begin and end. */

const memoryKind = makeKind("memory object", MEMORY_BYTES);

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

function objectClosed(_object: KernelObject, _space: usize): void {}

/** Nobody maps it any more: whoever did has flushed. */
function objectUnused(object: KernelObject): void {
  const memory = changetype<MemoryObject>(object);
  const pager = memory.pager;
  if (pager != null) leavePaged(memory);
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
