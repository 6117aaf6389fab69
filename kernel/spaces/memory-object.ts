import { physLoad64, physStore64 } from "platform";
import { PhysAddr } from "../address/addr";
import { KernelObject } from "../objects/object";
import { Quota } from "../quotas/quota";
import { countedFrame } from "./counted-frames";

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
 *     byte  0       12      16     24    32       36     40   48     52       56         60     64   72     76         80             88    96     104
 *           object  levels  bytes  root  waiting  dirty  key  pager  isLetGo  nextLetGo  order  row  quota  nextPaged  previousPaged  hand  taken
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
  /** Its neighbours in the ring of objects with a pager (`paged-objects.ts`). */
  nextPaged: MemoryObject | null;
  previousPaged: MemoryObject | null;
  /** The byte from which reclaim looks on: where a table of level 1 begins. */
  hand: u64;
  /** The run that the pager was told last to take, as `memory_clean` returns it; 0: it has taken all. */
  taken: u64;

  /** The row, if its frames are the object's; else 0. */
  get ownRow(): u64 {
    return this.order == NOT_ITS_OWN ? 0 : this.row;
  }

  /** Is the byte at physical `address` in such a row? */
  hasInRow(address: u64): bool {
    return this.ownRow != 0 && address >= this.row && address - this.row < this.bytes;
  }
}
export const MEMORY_BYTES: u32 = 104;
if (offsetof<MemoryObject>() != 104) ERROR("MemoryObject is 104 bytes");
/** An order that no block has: the frames in the row are not to be given back. */
export const NOT_ITS_OWN: u32 = 64;

/** A page's word in a table of level 1: its frame's address, and bits. */
export namespace PageWord {
  /** Written since the pager saw it last. Only in objects with a pager. */
  export const DIRTY: u64 = 1;
  /** Accessed, or supplied, since reclaim came by last. Only there. */
  export const IN_USE: u64 = 2;
  export const ADDRESS: u64 = 0xf_ffff_ffff_f000;
}

/** The largest object: as much as a task has for mappings of one zone. */
export const MOST_BYTES: u64 = 0x1000_0000_0000;

/** The largest whose frames lie in a row: 2 MiB. */
export const MOST_IN_ROW: u64 = 0x20_0000;

/** Bytes that a tree of `levels` is for. */
export function coveredBy(levels: u32): u64 {
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

/** The first byte from `offset` on, or a later one, for which there is a table of level 1; the object's size or more: there is none. */
export function nextTable(memory: MemoryObject, offset: u64): u64 {
  let at = offset;
  while (at < memory.bytes) {
    const level = emptyLevel(memory, at);
    if (level == 0) return at;
    at = (at | (coveredBy(level) - 1)) + 1;
  }
  return at;
}

/** How many levels there are not of the way to the page at byte `offset`. */
function emptyLevel(memory: MemoryObject, offset: u64): u32 {
  let table = memory.root;
  let level = memory.levels;
  while (table != 0 && level > 1) {
    table = physLoad64(slotIn(table, level, offset));
    level -= 1;
  }
  return table == 0 ? level : 0;
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
