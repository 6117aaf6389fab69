import { PAGE_BYTES, PAGE_SHIFT } from "../address/pages";
import { countMove, countNew, forgetCounts, freeFrames, ownedFrames, totalFrames } from "./counts";
import { FrameError, frameRefusal } from "./errors";
import { addExtent, extentCount, extentEnd, extentFirst, extentFrames, extentOwner, forgetExtents } from "./extents";
import { FrameOwner } from "./owners";
import {
  buildSpans,
  findSpan,
  ordinalOf,
  spanCount,
  spanEnd,
  spanEndWord,
  spanFirst,
  spanFirstWord,
  wordCount,
} from "./spans";
import { fillOwners, KNOWN_ZERO, makeTable, markFree, markTaken, tableBytes } from "./table";
import { resetSearch } from "./search";
import { frameZero } from "platform";

/**
 * From a description of RAM to an allocator that works:
 *
 *     framesForget(), framesDescribe(first, last, owner)…, framesBuild()
 *
 * The table is made by ranges; no frame is touched but the table's own.
 */

/** What bring-up and a first task need once the frame table stands: page tables, kernel stacks, a small program. */
export const WORKING_BYTES: u64 = 4 * 1024 * 1024;
/** Tables go above this: what lies below is small, broken up, and wanted by old devices. */
const LOW_FRAMES: u32 = 256;

let tableFirst: u64 = 0;
let isReclaimed: bool = false;

export function framesForget(): void {
  forgetExtents();
  forgetCounts();
  isReclaimed = false;
}

/** RAM from byte `first` to byte `last`, inclusive, in ascending order; `owner` FREE is for allocation. Returns a FrameError. */
export function framesDescribe(first: u64, last: u64, owner: u32): u32 {
  return addExtent(first, last, owner);
}

/** Makes the frame table. Returns a FrameError: NONE, TOO_LITTLE_MEMORY or NO_ROOM_FOR_TABLE. */
export function framesBuild(): u32 {
  buildSpans();
  countExtents();
  const tooLittle = checkMemory();
  if (tooLittle != FrameError.NONE) return tooLittle;
  const error = placeTable();
  if (error != FrameError.NONE) return error;
  makeTable(tableFirst, wordCount());
  for (let span: u32 = 0; span < spanCount(); span++) markPadding(span);
  for (let i: u32 = 0; i < extentCount(); i++) takeExtent(i);
  takeTable();
  resetSearch();
  return FrameError.NONE;
}

/** First byte of the frame table. */
export function frameTableAddress(): u64 {
  return tableFirst;
}

/** Bytes of the frame table. */
export function frameTableBytes(): u64 {
  return tableBytes(wordCount());
}

function countExtents(): void {
  for (let i: u32 = 0; i < extentCount(); i++) countNew(extentOwner(i), extentFrames(i));
}

/** What the boot agent holds counts as memory that there will be. */
function checkMemory(): u32 {
  const total = totalFrames() << PAGE_SHIFT;
  const usable = (freeFrames() + ownedFrames(FrameOwner.LOADER)) << PAGE_SHIFT;
  const needed = tableBytes(wordCount()) + WORKING_BYTES;
  if (usable >= needed) return FrameError.NONE;
  return frameRefusal(FrameError.TOO_LITTLE_MEMORY, total, total - usable + needed);
}

/** At the end of the highest free extent that holds it: low addresses stay free for devices that reach no others. */
function placeTable(): u32 {
  const frames = tableBytes(wordCount()) >> PAGE_SHIFT;
  let largest: u64 = 0;
  for (let i = extentCount(); i > 0; i--) {
    if (extentOwner(i - 1) != FrameOwner.FREE) continue;
    const above = max<u32>(extentFirst(i - 1), LOW_FRAMES);
    const room: u64 = extentEnd(i - 1) > above ? extentEnd(i - 1) - above : 0;
    largest = max<u64>(largest, room);
    if (room < frames) continue;
    tableFirst = (<u64>extentEnd(i - 1) - frames) << PAGE_SHIFT;
    return FrameError.NONE;
  }
  return frameRefusal(FrameError.NO_ROOM_FOR_TABLE, largest << PAGE_SHIFT, frames << PAGE_SHIFT);
}

function markPadding(span: u32): void {
  const first = (<u64>spanFirstWord(span)) << 6;
  const inside = ordinalOf(span, spanFirst(span));
  const after = ordinalOf(span, spanEnd(span) - 1) + 1;
  const end = (<u64>spanEndWord(span)) << 6;
  markHole(first, inside - first);
  markHole(after, end - after);
}

function markHole(ordinal: u64, count: u64): void {
  markTaken(ordinal, count);
  fillOwners(ordinal, count, FrameOwner.HOLE);
}

function takeExtent(index: u32): void {
  const owner = extentOwner(index);
  if (owner == FrameOwner.FREE) return;
  const ordinal = extentOrdinal(index);
  markTaken(ordinal, extentFrames(index));
  fillOwners(ordinal, extentFrames(index), owner);
}

function extentOrdinal(index: u32): u64 {
  const first = extentFirst(index);
  return ordinalOf(findSpan(first), first);
}

function takeTable(): void {
  const first = <u32>(tableFirst >> PAGE_SHIFT);
  const frames = tableBytes(wordCount()) >> PAGE_SHIFT;
  const ordinal = ordinalOf(findSpan(first), first);
  markTaken(ordinal, frames);
  fillOwners(ordinal, frames, FrameOwner.FRAME_TABLE);
  countMove(FrameOwner.FREE, FrameOwner.FRAME_TABLE, frames);
}

/**
 * Frees what the boot agent left: itself, its handover tables, bootinfo. Called once the kernel's own tables are loaded and bootinfo
 * has been copied. The frames are zeroed: they told where the kernel lies. Returns how many frames became free; 0 when called again.
 */
export function reclaimLoaderMemory(): u64 {
  if (isReclaimed) return 0;
  isReclaimed = true;
  const before = freeFrames();
  for (let i: u32 = 0; i < extentCount(); i++) if (extentOwner(i) == FrameOwner.LOADER) releaseExtent(i);
  resetSearch();
  return freeFrames() - before;
}

export function isLoaderReclaimed(): bool {
  return isReclaimed;
}

function releaseExtent(index: u32): void {
  const frames = extentFrames(index);
  const first = (<u64>extentFirst(index)) << PAGE_SHIFT;
  for (let i: u64 = 0; i < frames; i++) frameZero(first + i * PAGE_BYTES);
  const ordinal = extentOrdinal(index);
  markFree(ordinal, frames);
  fillOwners(ordinal, frames, FrameOwner.FREE | KNOWN_ZERO);
  countMove(FrameOwner.LOADER, FrameOwner.FREE, frames);
}
