import { physLoad64 } from "platform";
import { PhysAddr } from "../address/addr";
import { PAGE_BYTES, PAGE_SHIFT } from "../address/pages";
import { colourCount } from "../frames/colours";
import { Frame } from "../frames/frame";
import { frameHolders } from "../frames/sharing";
import { Handle, HandleTable } from "../objects/handle";
import { ObjectKind } from "../objects/object";
import { entryAddress, isLeaf, isPresent, leafAddress, pageBytesAt, Pte, ROOT_LEVEL } from "../paging/pte";
import { hasOtherSharers } from "../paging/user-tables";
import { MemoryObject } from "./memory-object";
import { firstFrom } from "./region-tree";
import { Space } from "./space";
import { hasColours } from "./user-frames";

/**
 * What a space holds that nobody else does. Nobody keeps count: who wants to know walks all its tables, which takes as long as ending it
 * does, and a fault and a call pay nothing for it.
 */

/** How many frames would be free if `space` ended now, of pages and tables, that `other` could have: some keep to colours. */
export function framesHeldAlone(space: Space, other: Space): u64 {
  const colours = usableBy(other);
  const mapped = framesBelow(<PhysAddr>space.root, ROOT_LEVEL, PAGE_BYTES / 2, colours);
  const message = space.message == 0 ? 0 : usable(Frame.containing(<PhysAddr>space.message), colours);
  return mapped + message + framesOfObjects(space.handles, colours) + framesOfClosed(space, colours);
}

/** Bit n: it may have frames of colour n. */
function usableBy(space: Space): u64 {
  return hasColours(space) ? space.colours : u64.MAX_VALUE;
}

/** Of a table of `level` and what the first `bytes` of it lead to. */
function framesBelow(table: PhysAddr, level: u32, bytes: u64, colours: u64): u64 {
  let count = usable(Frame.containing(table), colours);
  for (let offset: u64 = 0; offset < bytes; offset += 8) {
    const entry = physLoad64(table + offset);
    if (isPresent(entry)) count += framesOf(entry, level, colours);
  }
  return count;
}

/** What lies below a table that others hold, too, they keep. */
function framesOf(entry: u64, level: u32, colours: u64): u64 {
  if (isLeaf(entry, level)) return framesOfPage(entry, level, colours);
  return hasOtherSharers(entry) ? 0 : framesBelow(entryAddress(entry), level - 1, PAGE_BYTES, colours);
}

/** One by one: of a large page that was shared, others may have given up parts. */
function framesOfPage(entry: u64, level: u32, colours: u64): u64 {
  if ((entry & Pte.FOREIGN) != 0) return 0;
  const first = Frame.containing(leafAddress(entry, level)).number;
  const frames = <u32>(pageBytesAt(level) >> PAGE_SHIFT);
  let count: u64 = 0;
  for (let i: u32 = 0; i < frames; i++) {
    const frame = Frame.of(first + i);
    if ((entry & Pte.OWNED) != 0 || frameHolders(frame) == 1) count += usable(frame, colours);
  }
  return count;
}

/** 1 or 0. */
function usable(frame: Frame, colours: u64): u64 {
  return (colours >> ((<u64>frame.number) & (<u64>colourCount() - 1))) & 1;
}

/** Of memory objects that nothing but one open handle of the table's holds. */
function framesOfObjects(handles: HandleTable | null, colours: u64): u64 {
  let count: u64 = 0;
  for (let rest: u64 = handles == null ? 0 : handles.used; rest != 0; rest &= rest - 1)
    count += framesOfObject(changetype<Handle>(handles!.at(ctz<u64>(rest) + 1)), colours);
  return count;
}

/** The same of closed handles, which regions of the space are mapped by: each region counts its part. */
function framesOfClosed(space: Space, colours: u64): u64 {
  let count: u64 = 0;
  let region = firstFrom(space.regions, 0);
  while (region != null) {
    const handle = changetype<Handle | null>(region.source);
    if (handle != null && handle.number == 0) count += framesOfObject(handle, colours) / handle.mappings;
    region = firstFrom(space.regions, region.last + 1);
  }
  return count;
}

/** 0 when it is no memory, or somebody else has a handle, too. */
function framesOfObject(handle: Handle, colours: u64): u64 {
  const object = handle.object;
  if (object.kind != ObjectKind.MEMORY || object.holders != 1) return 0;
  const memory = changetype<MemoryObject>(object);
  return framesOfTree(memory.root, memory.levels, colours) + framesOfRow(memory, colours);
}

function framesOfRow(memory: MemoryObject, colours: u64): u64 {
  const frames: u32 = memory.ownRow == 0 ? 0 : (<u32>1) << memory.order;
  let count: u64 = 0;
  for (let i: u32 = 0; i < frames; i++) count += usable(Frame.of(<u32>(memory.row >> PAGE_SHIFT) + i), colours);
  return count;
}

/** Of a table of an object's, and what it leads to; of level 0 it is a page. */
function framesOfTree(table: u64, level: u32, colours: u64): u64 {
  if (table == 0) return 0;
  let count = usable(Frame.containing(<PhysAddr>table), colours);
  for (let offset: u64 = 0; level != 0 && offset < PAGE_BYTES; offset += 8)
    count += framesOfTree(physLoad64(<PhysAddr>(table + offset)), level - 1, colours);
  return count;
}
