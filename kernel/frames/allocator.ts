import { frameZero, physLoad8, physStore8 } from "platform";
import { RecordKind } from "../trace/records";
import { trace, tracesEverything } from "../trace/trace";
import { areaEntry, heldBy, Place, placeOf, setHeld } from "./areas";
import { takeAreas, takeSmall, zeroArea, zeroFrames } from "./blocks";
import { addCount, cacheOf, CpuCache, ownCache, popShelf, shelfArea, shelfFirst } from "./cpu-cache";
import { FrameError } from "./errors";
import { Frame } from "./frame";
import { AREA_ORDER, checkBlock, MAX_ORDER, openFreed, ownerAt, refusalAt, refuse, shelve, takeBack } from "./freeing";
import { locate, NO_ORDINAL } from "./locate";
import { FrameOwner, isAllocatable } from "./owners";
import { NO_LIMIT } from "./preference";
import { drain, refill, zeroOne } from "./refill";
import { dropSharer } from "./sharing";
import { AREA_FRAMES, AREA_SHIFT, physicalArea } from "./spans";
import { fillStates, KNOWN_ZERO, SHARED, stateAt } from "./table";
import { NO_AREA } from "./trees";

/**
 * The frame allocator. docs/ARCHITECTURE.md, "Frames", says why it is made as it is. Frames are zero when handed out, and zeroed when
 * they come back, so that nothing of one owner is seen by the next.
 *
 * Any CPU may call anything here at any time, but a CPU does not enter while it is inside (interrupts are off in the kernel).
 */

export {
  frameAllocatorBytes,
  frameTableAddress,
  frameTableBytes,
  reclaimLoaderMemory,
  WORKING_BYTES,
} from "./bring-up";
export { freeFrames, ownedFrames, reservedFrames, stuckFrames, totalFrames, usedFrames } from "./counts";
export { FrameError, frameErrorText } from "./errors";
export { MAX_ORDER } from "./freeing";
export { FrameOwner, ownerName } from "./owners";
export { frameErrorFound, frameErrorNeeded, frameErrorOwner } from "./refusals";
export { frameHolders, shareFrame } from "./sharing";
export { validate } from "./validate";

const NOT_ALLOCATABLE: string = "frames are not allocated for this owner";

/** One zeroed frame for `owner`, or `Frame.none()` when there is none. `owner` must be one that frames are allocated for. */
export function allocateFrame(owner: u32): Frame {
  assert(isAllocatable(owner), NOT_ALLOCATABLE);
  const cache = ownCache();
  const free = cache.own;
  if (free == 0) return allocateAfterRefill(cache, owner);
  cache.own = free & (free - 1);
  return handOut(cache, <u32>ctz<u64>(free), owner);
}

function handOut(cache: CpuCache, bit: u32, owner: u32): Frame {
  physStore8(cache.ownStates + bit, <u8>owner);
  addCount(cache, owner, 1);
  const frame = cache.ownFirst + bit;
  if (tracesEverything()) trace(RecordKind.FRAME_ALLOCATED, frame, 0, owner);
  return Frame.of(frame);
}

function allocateAfterRefill(cache: CpuCache, owner: u32): Frame {
  if (cache.unknown == 0 && !refill(cache)) return Frame.none();
  if (cache.own == 0) zeroOne(cache);
  return allocateFrame(owner);
}

/** One frame with anything in it, for a caller that writes over all of it before anybody else can see it. */
export function allocateFrameUnzeroed(owner: u32): Frame {
  assert(isAllocatable(owner), NOT_ALLOCATABLE);
  const cache = ownCache();
  if ((cache.own | cache.unknown) == 0 && !refill(cache)) return Frame.none();
  const unknown = cache.unknown;
  if (unknown == 0) return allocateFrame(owner);
  cache.unknown = unknown & (unknown - 1);
  return handOut(cache, <u32>ctz<u64>(unknown), owner);
}

/** One zeroed frame below address `limit`, for devices that reach no others. */
export function allocateFrameBelow(limit: u64, owner: u32): Frame {
  return allocateBlockBelow(0, limit, owner);
}

/** 2^order zeroed frames in a row, the first a multiple of 2^order; `Frame.none()` when there is no such block. */
export function allocateBlock(order: u32, owner: u32): Frame {
  assert(isAllocatable(owner), NOT_ALLOCATABLE);
  if (order == AREA_ORDER) return allocateArea(owner);
  return order == 0 ? allocateFrame(owner) : findBlock(ownCache(), order, NO_LIMIT, owner);
}

/** A block of which every byte is below address `limit`. */
export function allocateBlockBelow(order: u32, limit: u64, owner: u32): Frame {
  assert(isAllocatable(owner), NOT_ALLOCATABLE);
  return findBlock(ownCache(), order, min<u64>(limit >> 12, NO_LIMIT), owner);
}

function allocateArea(owner: u32): Frame {
  const cache = ownCache();
  if (cache.shelfDepth == 0) return findBlock(cache, AREA_ORDER, NO_LIMIT, owner);
  const shelved = popShelf(cache);
  setHeld(shelfArea(shelved), owner);
  return countBlock(cache, shelfFirst(shelved), AREA_ORDER, owner);
}

function findBlock(cache: CpuCache, order: u32, limit: u64, owner: u32): Frame {
  if (order > MAX_ORDER) return Frame.none();
  return order < AREA_ORDER ? findSmall(cache, order, limit, owner) : findLarge(cache, order, limit, owner);
}

function findSmall(cache: CpuCache, order: u32, limit: u64, owner: u32): Frame {
  const ordinal = takeSmall(cache, order, limit);
  if (ordinal == NO_ORDINAL) return Frame.none();
  const first = (physicalArea(ordinal >> AREA_SHIFT) << AREA_SHIFT) + (ordinal & (AREA_FRAMES - 1));
  zeroFrames(ordinal, (<u32>1) << order, first);
  fillStates(ordinal, (<u32>1) << order, owner);
  return countBlock(cache, first, order, owner);
}

function findLarge(cache: CpuCache, order: u32, limit: u64, owner: u32): Frame {
  const areas: u32 = 1 << (order - AREA_ORDER);
  const area = takeAreas(cache, areas, owner, limit);
  if (area == NO_AREA) return Frame.none();
  for (let i: u32 = 0; i < areas; i++) zeroArea(area + i);
  return countBlock(cache, physicalArea(area) << AREA_SHIFT, order, owner);
}

function countBlock(cache: CpuCache, first: u32, order: u32, owner: u32): Frame {
  addCount(cache, owner, (<i64>1) << (<i64>order));
  if (tracesEverything()) trace(RecordKind.FRAME_ALLOCATED, first, order, owner);
  return Frame.of(first);
}

/** Gives one frame back. Returns a FrameError; unless it is NONE, nothing has changed. */
export function freeFrame(frame: Frame): u32 {
  const cache = ownCache();
  const bit = frame.number - cache.ownFirst;
  if (bit >= 64) return freeElsewhere(cache, frame);
  const at = cache.ownStates + bit;
  const owner = <u32>physLoad8(at);
  if (!isAllocatable(owner)) return freeElsewhere(cache, frame);
  frameZero(frame.address);
  physStore8(at, <u8>KNOWN_ZERO);
  cache.own |= (<u64>1) << (<u64>bit);
  return countFreed(cache, frame, owner);
}

/** Frees into the word that this CPU frees into, or makes it the frame's. */
function freeElsewhere(cache: CpuCache, frame: Frame): u32 {
  const bit = frame.number - cache.freedFirst;
  if (bit >= 64) return freeAfterOpening(cache, frame);
  const at = cache.freedStates + bit;
  const owner = <u32>physLoad8(at);
  if (!isAllocatable(owner)) return freeAfterOpening(cache, frame);
  frameZero(frame.address);
  physStore8(at, <u8>KNOWN_ZERO);
  cache.freed |= (<u64>1) << (<u64>bit);
  cache.freedCount += 1;
  return countFreed(cache, frame, owner);
}

function freeAfterOpening(cache: CpuCache, frame: Frame): u32 {
  const error = openFreed(cache, frame.number);
  return error == FrameError.NONE ? freeElsewhere(cache, frame) : error;
}

function countFreed(cache: CpuCache, frame: Frame, owner: u32): u32 {
  addCount(cache, owner, -1);
  if (tracesEverything()) trace(RecordKind.FRAME_FREED, frame.number, 0, owner);
  return FrameError.NONE;
}

/** Gives 2^order frames back, which need not have been allocated together. Returns a FrameError; unless NONE, nothing has changed. */
export function freeBlock(first: Frame, order: u32): u32 {
  if (order == 0) return freeFrame(first);
  const cache = ownCache();
  if (order == AREA_ORDER && freeToShelf(cache, first.number)) return FrameError.NONE;
  const refusal = checkBlock(cache, first.number, order);
  if (refusal == FrameError.NONE) takeBack(cache, first.number, order);
  return refusal;
}

/** A whole area that was allocated as one, while there is room on the shelf. */
function freeToShelf(cache: CpuCache, first: u32): bool {
  const ordinal = locate(cache, first);
  if (ordinal == NO_ORDINAL || (first & (AREA_FRAMES - 1)) != 0) return false;
  const entry = areaEntry(ordinal >> AREA_SHIFT);
  if (placeOf(entry) != Place.HELD || !shelve(cache, ordinal >> AREA_SHIFT, first)) return false;
  addCount(cache, heldBy(entry), -(<i64>AREA_FRAMES));
  if (tracesEverything()) trace(RecordKind.FRAME_FREED, first, AREA_ORDER, heldBy(entry));
  return true;
}

/** One holder of `frame` less; the last one frees it. Returns a FrameError. */
export function releaseFrame(frame: Frame): u32 {
  const ordinal = locate(ownCache(), frame.number);
  const error = refusalAt(ordinal);
  if (error != FrameError.NONE && error != FrameError.SHARED) return refuse(error, frame.number, ordinal);
  const isShared = (stateAt(ordinal) & SHARED) != 0;
  return isShared && dropSharer(ordinal) ? FrameError.NONE : freeFrame(frame);
}

/** Who holds `frame`: a FrameOwner, HOLE when it is no RAM. */
export function frameOwner(frame: Frame): u32 {
  const ordinal = locate(ownCache(), frame.number);
  return ordinal == NO_ORDINAL ? FrameOwner.HOLE : ownerAt(ordinal);
}

/** Puts back what CPU `cpu` keeps for itself. It must be the CPU that runs this, or one that is not in the allocator. */
export function drainCache(cpu: u32): void {
  drain(cacheOf(cpu));
}
