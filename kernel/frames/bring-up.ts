import { framesZero, physOr64 } from "platform";
import { PAGE_SHIFT } from "../address/pages";
import { addWholeLocked, areaNode, noteFreed, setAreaNode } from "./areas";
import { countMove, countNew, describedFree, forgetCounts, freeFrames, ownedFrames, totalFrames } from "./counts";
import { emptyCaches } from "./cpu-cache";
import { forgetCpuCounts } from "./cpu-counts";
import { FrameError } from "./errors";
import {
  addExtent,
  extentCount,
  extentEnd,
  extentFirst,
  extentFrames,
  extentNode,
  extentOwner,
  forgetExtents,
} from "./extents";
import { lockNode, unlockNode } from "./lock";
import { countNodeRam, forgetNodeRam } from "./node-counts";
import { FrameOwner } from "./owners";
import { findChoices } from "./preference";
import { forgetReclaimers } from "./reclaimers";
import { frameRefusal } from "./refusals";
import { AREA_FRAMES, AREA_SHIFT, areaCount, buildSpans, findSpan, ordinalOf } from "./spans";
import { allocatorBytes, fillStates, KNOWN_ZERO, makeTable, tableBytes, wordAddress, wordMask } from "./table";
import { planTrees } from "./trees";
import { planRuns } from "./whole-runs";
import { watchIfTraced } from "./watched";
import { setWatermarks } from "./watermarks";

/**
 * From a description of RAM to an allocator that works:
 *
 *     framesForget(), framesDescribe(first, last, owner, node)…, framesBuild()
 *
 * The table is made by ranges; no frame is touched but the table's own.
 */

/** What bring-up and a first task need once the frame table stands: page tables, kernel stacks, a small program. */
export const WORKING_BYTES: u64 = 4 * 1024 * 1024;
/** Tables go above this: what lies below is small, broken up, and wanted by old devices. */
const LOW_FRAMES: u32 = 256;

let tableFirst: u64 = 0;
let treeBytes: u64 = 0;
let isReclaimed: bool = false;

export function framesForget(): void {
  forgetExtents();
  forgetCounts();
  forgetCpuCounts();
  forgetReclaimers();
  isReclaimed = false;
}

/**
 * RAM of one node (`nodes.ts`) from byte `first` to byte `last`, inclusive, in ascending order; `owner` FREE is for allocation. Returns a
 * FrameError.
 */
export function framesDescribe(first: u64, last: u64, owner: u32, node: u32): u32 {
  return addExtent(first, last, owner, node);
}

/** Makes the frame table. Returns a FrameError: NONE, TOO_LITTLE_MEMORY or NO_ROOM_FOR_TABLE. */
export function framesBuild(): u32 {
  watchIfTraced();
  buildSpans();
  findChoices();
  treeBytes = planTrees(max<u32>(areaCount(), planRuns()));
  countExtents();
  const tooLittle = checkMemory();
  if (tooLittle != FrameError.NONE) return tooLittle;
  const error = placeTable();
  if (error != FrameError.NONE) return error;
  makeTable(tableFirst, areaCount(), treeBytes);
  emptyCaches();
  markHoles();
  placeAreas();
  for (let i: u32 = 0; i < extentCount(); i++) placeExtent(i);
  takeTable();
  setWatermarks();
  return FrameError.NONE;
}

/** First byte of the frame table. */
export function frameTableAddress(): u64 {
  return tableFirst;
}

/** Bytes of the frame table. */
export function frameTableBytes(): u64 {
  return tableBytes(areaCount(), treeBytes);
}

/** Bytes of the part of the frame table that is the allocator: the rest says who has each frame, and how many share it. */
export function frameAllocatorBytes(): u64 {
  return allocatorBytes(areaCount(), treeBytes);
}

function countExtents(): void {
  for (let i: u32 = 0; i < extentCount(); i++) countNew(extentOwner(i), extentFrames(i));
}

/** What the boot agent holds counts as memory that there will be. */
function checkMemory(): u32 {
  const total = totalFrames() << PAGE_SHIFT;
  const usable = (describedFree() + ownedFrames(FrameOwner.LOADER)) << PAGE_SHIFT;
  const needed = frameTableBytes() + WORKING_BYTES;
  if (usable >= needed) return FrameError.NONE;
  return frameRefusal(FrameError.TOO_LITTLE_MEMORY, total, total - usable + needed);
}

/** At the end of the highest free extent that holds it: low addresses stay free for devices that reach no others. */
function placeTable(): u32 {
  const frames = frameTableBytes() >> PAGE_SHIFT;
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

/** What has an ordinal and is in no extent is no RAM. */
function markHoles(): void {
  let end: u32 = 0;
  for (let i: u32 = 0; i < extentCount(); i++) {
    const first = ordinalOfFrame(extentFirst(i));
    fillStates(end, first - end, FrameOwner.HOLE);
    end = first + extentFrames(i);
  }
  fillStates(end, (areaCount() << AREA_SHIFT) - end, FrameOwner.HOLE);
}

/** An area in which RAM of two nodes meets is of the node of its first RAM. */
function placeAreas(): void {
  forgetNodeRam();
  let next: u32 = 0;
  for (let i: u32 = 0; i < extentCount(); i++) {
    const ordinal = ordinalOfFrame(extentFirst(i));
    const end = ((ordinal + extentFrames(i) - 1) >> AREA_SHIFT) + 1;
    for (let area = max<u32>(ordinal >> AREA_SHIFT, next); area < end; area++) setAreaNode(area, extentNode(i));
    countRam(ordinal, extentFrames(i));
    next = end;
  }
}

/** Only the first area of an extent can be of another node than its last. */
function countRam(ordinal: u32, frames: u32): void {
  const inFirst = min<u32>(frames, AREA_FRAMES - (ordinal & (AREA_FRAMES - 1)));
  countNodeRam(areaNode(ordinal >> AREA_SHIFT), inFirst);
  countNodeRam(areaNode((ordinal + frames - 1) >> AREA_SHIFT), frames - inFirst);
}

/** The table lies at the end of a free extent. */
function placeExtent(index: u32): void {
  const owner = extentOwner(index);
  const ordinal = ordinalOfFrame(extentFirst(index));
  if (owner != FrameOwner.FREE) return fillStates(ordinal, extentFrames(index), owner);
  const holdsTable = extentEnd(index) == <u32>((tableFirst + frameTableBytes()) >> PAGE_SHIFT);
  addFrames(ordinal, extentFrames(index) - (holdsTable ? <u32>(frameTableBytes() >> PAGE_SHIFT) : 0));
}

/** Gives the allocator frames of one node whose states are FREE. Of areas that are whole none of the frames is looked at. */
function addFrames(ordinal: u32, count: u32): void {
  const end = ordinal + count;
  const whole = min<u32>((ordinal + AREA_FRAMES - 1) & ~(AREA_FRAMES - 1), end);
  const afterWhole = max<u32>(whole, end & ~(AREA_FRAMES - 1));
  addBits(ordinal, whole);
  if (whole != afterWhole) addWhole(whole >> AREA_SHIFT, afterWhole >> AREA_SHIFT);
  addBits(afterWhole, end);
}

function addWhole(first: u32, end: u32): void {
  const node = areaNode(first);
  lockNode(node);
  addWholeLocked(first, end, node);
  unlockNode(node);
}

function addBits(ordinal: u32, end: u32): void {
  for (let at = ordinal; at < end;) {
    const part = min<u32>(64 - (at & 63), end - at);
    physOr64(wordAddress(at >> 6), wordMask(at & 63, part));
    noteFreed(at >> AREA_SHIFT, part);
    at += part;
  }
}

function ordinalOfFrame(frame: u32): u32 {
  return ordinalOf(findSpan(frame), frame);
}

function takeTable(): void {
  const frames = frameTableBytes() >> PAGE_SHIFT;
  fillStates(ordinalOfFrame(<u32>(tableFirst >> PAGE_SHIFT)), <u32>frames, FrameOwner.FRAME_TABLE);
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
  return freeFrames() - before;
}

export function isLoaderReclaimed(): bool {
  return isReclaimed;
}

function releaseExtent(index: u32): void {
  const frames = extentFrames(index);
  framesZero((<u64>extentFirst(index)) << PAGE_SHIFT, frames);
  const ordinal = ordinalOfFrame(extentFirst(index));
  fillStates(ordinal, frames, FrameOwner.FREE | KNOWN_ZERO);
  addFrames(ordinal, frames);
  countMove(FrameOwner.LOADER, FrameOwner.FREE, frames);
}
