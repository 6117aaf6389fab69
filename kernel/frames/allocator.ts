import { directAdd64, directAddress, directStore8, frameZero } from "platform";
import { areaEntry, areaNode, holdShelved, isHeldIn, noteFreedOne, setShelved, settleSlowly } from "./areas";
import { fillShelf, takeAreas, takeSmall, zeroArea, zeroRuns } from "./blocks";
import {
  cacheOf,
  CpuCache,
  ownCache,
  quickCache,
  popShelf,
  pushShelf,
  SHELF_DEPTH,
  SHELF_STEP,
  shelfArea,
  shelfFirst,
} from "./cpu-cache";
import { FrameError } from "./errors";
import { allocated, freed, refused } from "./events";
import { Frame } from "./frame";
import { AREA_ORDER, checkBlock, MAX_ORDER, openFrame, ownerAt, refusalAt, refuse, takeBack, zeroAll } from "./freeing";
import { locate, locateAgain, NO_ORDINAL } from "./locate";
import { countTaken } from "./node-counts";
import { FrameOwner, isAllocatable } from "./owners";
import { NO_LIMIT } from "./preference";
import { answerFor, easePressure, feelPressure, reclaim, refillByAllMeans } from "./pressure";
import { flushFreed, lowerShelf, zeroSome } from "./refill";
import { dropSharer, forgetSharing } from "./sharing";
import { AREA_FRAMES, AREA_SHIFT, physicalArea } from "./spans";
import {
  fillStates,
  isSharedState,
  isSingle,
  KNOWN_ZERO,
  ownerOfState,
  SINGLE,
  stateAddress,
  stateAt,
  wordBit,
} from "./table";
import { NO_AREA } from "./trees";
import { isDenied } from "./watched";

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
export { failAllocation } from "./watched";

/** As many frames of a word freed without one of another between them are a row. */
const ROW: u32 = 32;

const NOT_ALLOCATABLE: string = "frames are not allocated for this owner";

/*
 * Quick ways are put in where they are called (`@inline`), and call slow ones, which no compiler puts in there: not asc, because they
 * are called from many places then, and not clang, because of their names (`tools/build/wasm2c.ts`). A quick way with a slow one in it
 * would save seven registers on every call.
 */

/** One zeroed frame for `owner`, or `Frame.none()` when there is none. `owner` must be one that frames are allocated for. */
@inline
export function allocateFrame(owner: u32): Frame {
  const cache = quickCache();
  const free = cache.own;
  return free != 0 && isAllocatable(owner) ? takeOwn(cache, free, owner) : allocateSlowly(owner);
}

/** The same, if there is one at hand: none does not mean that there is none at all. Without a call, for quick ways. */
@inline
export function allocateFrameAtHand(owner: u32): Frame {
  const cache = quickCache();
  const free = cache.own;
  return free != 0 && isAllocatable(owner) ? takeOwn(cache, free, owner) : Frame.none();
}

/** The lowest of the own word's frames `free`, of which there is one. */
@inline
function takeOwn(cache: CpuCache, free: u64, owner: u32): Frame {
  const bit = ctz<u64>(free);
  // One instruction less than free & (free - 1).
  cache.own = free & ~((<u64>1) << bit);
  return handOut(cache, bit, owner);
}


@inline
function handOut(cache: CpuCache, bit: u64, owner: u32): Frame {
  directStore8(cache.ownStates + bit, <u8>(owner | SINGLE));
  return Frame.of(<u32>(cache.ownFirst + bit));
}

function allocateSlowly(owner: u32): Frame {
  assert(isAllocatable(owner), NOT_ALLOCATABLE);
  const cache = ownCache();
  if (isDenied()) return refused(0);
  if ((cache.own | cache.unknown) == 0 && !refillByAllMeans(cache)) return refused(0);
  return takeKept(cache, owner);
}

/** A frame of the own word, which must have one. */
export function takeKept(cache: CpuCache, owner: u32): Frame {
  if (cache.own == 0) zeroSome(cache);
  return allocated(takeOwn(cache, cache.own, owner), 0, owner);
}

/** One frame with anything in it, for a caller that writes over all of it before anybody else can see it. */
export function allocateFrameUnzeroed(owner: u32): Frame {
  assert(isAllocatable(owner), NOT_ALLOCATABLE);
  const cache = ownCache();
  if ((cache.own | cache.unknown) == 0 && !refillByAllMeans(cache)) return refused(0);
  const unknown = cache.unknown;
  if (unknown == 0) return allocateFrame(owner);
  if (isDenied()) return refused(0);
  cache.unknown = unknown & (unknown - 1);
  return allocated(handOut(cache, ctz<u64>(unknown), owner), 0, owner);
}

/** One zeroed frame below address `limit`, for devices that reach no others. */
export function allocateFrameBelow(limit: u64, owner: u32): Frame {
  return allocateBlockBelow(0, limit, owner);
}

/** 2^order zeroed frames in a row, the first a multiple of 2^order; `Frame.none()` when there is no such block. */
@inline
export function allocateBlock(order: u32, owner: u32): Frame {
  const cache = quickCache();
  const isQuick = order == AREA_ORDER && cache.shelfDepth != 0 && isAllocatable(owner);
  return isQuick ? takeShelved(cache, owner) : allocateBlockSlowly(order, owner);
}


@inline
function takeShelved(cache: CpuCache, owner: u32): Frame {
  const shelved = popShelf(cache);
  holdShelved(shelfArea(shelved), owner);
  return Frame.of(shelfFirst(shelved));
}

function allocateBlockSlowly(order: u32, owner: u32): Frame {
  assert(isAllocatable(owner), NOT_ALLOCATABLE);
  if (order == 0) return allocateFrame(owner);
  if (isDenied()) return refused(order);
  const cache = ownCache();
  if (order != AREA_ORDER || cache.shelfDepth == 0) return findBlock(cache, order, NO_LIMIT, owner);
  return allocated(takeShelved(cache, owner), order, owner);
}

/** A block of which every byte is below address `limit`. */
export function allocateBlockBelow(order: u32, limit: u64, owner: u32): Frame {
  assert(isAllocatable(owner), NOT_ALLOCATABLE);
  if (isDenied()) return refused(order);
  return findBlock(ownCache(), order, min<u64>(limit >> 12, NO_LIMIT), owner);
}

function findBlock(cache: CpuCache, order: u32, limit: u64, owner: u32): Frame {
  if (order > MAX_ORDER) return refused(order);
  feelPressure(cache);
  let first = findBlockOnce(cache, order, limit, owner);
  if (first.isNone && reclaim(cache, cache.node, (<u32>1) << order)) first = findBlockOnce(cache, order, limit, owner);
  return first.isNone ? refused(order) : first;
}

function findBlockOnce(cache: CpuCache, order: u32, limit: u64, owner: u32): Frame {
  return order < AREA_ORDER ? findSmall(cache, order, limit, owner) : findLarge(cache, order, limit, owner);
}

function findSmall(cache: CpuCache, order: u32, limit: u64, owner: u32): Frame {
  const ordinal = takeSmall(cache, order, limit);
  return ordinal == NO_ORDINAL ? Frame.none() : giveSmall(cache, ordinal, order, cache.node, owner);
}

/** Hands out what `takeSmall` took, which was wanted from node `wanted`. */
export function giveSmall(cache: CpuCache, ordinal: u32, order: u32, wanted: u32, owner: u32): Frame {
  countTaken(cache, areaNode(ordinal >> AREA_SHIFT), wanted, (<u32>1) << order);
  const first = (physicalArea(ordinal >> AREA_SHIFT) << AREA_SHIFT) + (ordinal & (AREA_FRAMES - 1));
  zeroRuns(ordinal, (<u32>1) << order, first);
  fillStates(ordinal, (<u32>1) << order, owner | SINGLE);
  return allocated(Frame.of(first), order, owner);
}

function findLarge(cache: CpuCache, order: u32, limit: u64, owner: u32): Frame {
  const areas: u32 = 1 << (order - AREA_ORDER);
  const area = takeAreas(cache, areas, owner, limit);
  if (area == NO_AREA) return Frame.none();
  if (order == AREA_ORDER && limit == NO_LIMIT) fillShelf(cache);
  return giveLarge(cache, area, order, cache.node, owner);
}

/** The same of what `takeAreas` took. */
export function giveLarge(cache: CpuCache, area: u32, order: u32, wanted: u32, owner: u32): Frame {
  const areas: u32 = 1 << (order - AREA_ORDER);
  countTaken(cache, areaNode(area), wanted, areas << AREA_SHIFT);
  for (let i: u32 = 0; i < areas; i++) zeroArea(area + i);
  return allocated(Frame.of(physicalArea(area) << AREA_SHIFT), order, owner);
}

/** Gives one frame back. Returns a FrameError; unless it is NONE, nothing has changed. */
@inline
export function freeFrame(frame: Frame): u32 {
  const cache = quickCache();
  const row = frame.number >> 6;
  if (row == cache.ownRow) return freeOwn(cache, frame);
  return row == cache.freedRow ? freeAgain(cache, frame) : freeElsewhere(cache, frame, row);
}

/** Frees a frame of the CPU's word. */
@inline
function freeOwn(cache: CpuCache, frame: Frame): u32 {
  const state = cache.ownStates + (frame.number & 63);
  if (!isSingle(state)) return freeSlowly(frame);
  clear(frame, state);
  cache.own |= wordBit(frame.number);
  return FrameError.NONE;
}

/** Frees a frame of the word that this CPU freed into last. */
@inline
function freeAgain(cache: CpuCache, frame: Frame): u32 {
  const state = cache.spanStates + frame.number;
  if (!isSingle(state)) return freeSlowly(frame);
  clear(frame, state);
  cache.freed |= wordBit(frame.number);
  return FrameError.NONE;
}


@inline
function freeElsewhere(cache: CpuCache, frame: Frame, row: u32): u32 {
  if (frame.number - cache.spanFirst >= cache.spanFrames) return freeSlowly(frame);
  return cache.freed == 0 ? freeIntoBitmap(cache, frame, row) : freeAfterFlushSlowly(frame);
}

/** Frees a frame of the span into the bitmap, and remembers where. The freed word must be empty. */
@inline
function freeIntoBitmap(cache: CpuCache, frame: Frame, row: u32): u32 {
  const state = cache.spanStates + frame.number;
  if (!isSingle(state)) return freeSlowly(frame);
  clear(frame, state);
  return putInBitmap(cache, frame, row);
}

/** Of a frame of the span that is nobody's any more. The freed word must be empty, and is this one from now on. */
@inline
function putInBitmap(cache: CpuCache, frame: Frame, row: u32): u32 {
  cache.freedRow = row;
  setFree(cache.spanWords + ((<u64>row) << 3), wordBit(frame.number));
  cache.spanFreed += 1;
  return noteFreedOne(cache.spanEntries + ((<u64>(row >> 3)) << 3)) ? settleAndEaseSlowly(frame) : FrameError.NONE;
}

/** `place` is the word's in the direct map. */
@inline
function setFree(place: u64, bit: u64): void {
  // The bit was clear: adding is setting it, and one instruction, where an OR that returns what was there is a loop.
  const before = directAdd64(place, bit);
  assert((before & bit) == 0, "two CPUs have freed the same frame at once");
}

/** Once in 128 frames freed at random: the area may belong elsewhere, and memory be less short. */
function settleAndEaseSlowly(frame: Frame): u32 {
  const cache = ownCache();
  settleSlowly(locateAgain(cache, frame.number) >> AREA_SHIFT);
  easePressure(cache);
  return FrameError.NONE;
}

/** The first of another word, after some of the one before. Who has freed half of that in a row will free more of this: it waits, too. */
function freeAfterFlushSlowly(frame: Frame): u32 {
  const cache = ownCache();
  const row = frame.number >> 6;
  if (flushFreed(cache) < ROW) return freeIntoBitmap(cache, frame, row);
  const state = cache.spanStates + frame.number;
  if (!isSingle(state)) return freeSlowly(frame);
  clear(frame, state);
  cache.freedRow = row;
  cache.freed = wordBit(frame.number);
  return FrameError.NONE;
}

/** All the rest: what is refused, shared, part of a block, or traced. */
function freeSlowly(frame: Frame): u32 {
  const cache = ownCache();
  const error = openFrame(cache, frame.number);
  if (error != FrameError.NONE) return error;
  const ordinal = locate(cache, frame.number);
  const owner = ownerOfState(stateAt(ordinal));
  clear(frame, directAddress(stateAddress(ordinal)));
  putBackFrame(cache, frame);
  freed(frame.number, 0, owner);
  return FrameError.NONE;
}

/** To where the quick ways put it. */
function putBackFrame(cache: CpuCache, frame: Frame): void {
  const row = frame.number >> 6;
  if (row == cache.ownRow) {
    cache.own |= wordBit(frame.number);
  } else if (row == cache.freedRow) {
    cache.freed |= wordBit(frame.number);
  } else {
    flushFreed(cache);
    locate(cache, frame.number);
    putInBitmap(cache, frame, row);
  }
}

/** Makes a frame zero and nobody's. `state` is the place of its state in the direct map. */
@inline
function clear(frame: Frame, state: u64): void {
  directStore8(state, <u8>KNOWN_ZERO);
  frameZero(frame.address);
}

/** Gives 2^order frames back, which need not have been allocated together. Returns a FrameError; unless NONE, nothing has changed. */
@inline
export function freeBlock(first: Frame, order: u32): u32 {
  const cache = quickCache();
  const ordinal = locateAgain(cache, first.number);
  const isQuick = order == AREA_ORDER && beginsArea(ordinal) && fitsShelf(cache, ordinal >> AREA_SHIFT);
  return isQuick ? shelve(cache, first.number, ordinal >> AREA_SHIFT) : freeBlockSlowly(first, order);
}

/** `NO_ORDINAL` begins none. */
function beginsArea(ordinal: u32): bool {
  return (ordinal & (AREA_FRAMES - 1)) == 0;
}

/** Is it an area of the CPU's node that was allocated as one, and is there room for it on the shelf? */
@inline
function fitsShelf(cache: CpuCache, area: u32): bool {
  return cache.shelfDepth < SHELF_DEPTH && isHeldIn(areaEntry(area), cache.node);
}

/** Keeps an area for the next block of order 9. */
@inline
function shelve(cache: CpuCache, first: u32, area: u32): u32 {
  zeroAll(first, AREA_FRAMES);
  setShelved(area);
  pushShelf(cache, area, first);
  return FrameError.NONE;
}

function freeBlockSlowly(first: Frame, order: u32): u32 {
  if (order == 0) return freeFrame(first);
  const cache = ownCache();
  const refusal = checkBlock(cache, first.number, order);
  if (refusal != FrameError.NONE) return refusal;
  const ordinal = locate(cache, first.number);
  const owner = ownerAt(ordinal);
  if (order == AREA_ORDER && isHeldIn(areaEntry(ordinal >> AREA_SHIFT), cache.node)) {
    if (cache.shelfDepth == SHELF_DEPTH) lowerShelf(cache, SHELF_DEPTH - SHELF_STEP);
    shelve(cache, first.number, ordinal >> AREA_SHIFT);
  } else takeBack(cache, first.number, order);
  freed(first.number, order, owner);
  easePressure(cache);
  return FrameError.NONE;
}

/** One holder of `frame` less; the last one frees it (`stillHeld` tells). Returns a FrameError. */
export function releaseFrame(frame: Frame): u32 {
  const cache = quickCache();
  const ordinal = locateAgain(cache, frame.number);
  if (ordinal == NO_ORDINAL) return releaseSlowly(frame);
  const state = stateAt(ordinal);
  if (isSharedState(state)) {
    if (dropSharer(cache, ordinal)) return FrameError.NONE;
    forgetSharing(ordinal, state);
  } else if ((state & SINGLE) == 0) return releaseSlowly(frame);
  return freeFrame(frame);
}

function releaseSlowly(frame: Frame): u32 {
  const ordinal = locate(ownCache(), frame.number);
  const error = refusalAt(ordinal);
  if (error != FrameError.NONE && error != FrameError.SHARED) return refuse(error, frame.number, ordinal);
  const isShared = isSharedState(stateAt(ordinal));
  return isShared && dropSharer(quickCache(), ordinal) ? FrameError.NONE : freeFrame(frame);
}

/** Who holds `frame`: a FrameOwner, HOLE when it is no RAM. */
export function frameOwner(frame: Frame): u32 {
  const ordinal = locate(ownCache(), frame.number);
  return ordinal == NO_ORDINAL ? FrameOwner.HOLE : ownerAt(ordinal);
}

/** Puts back what CPU `cpu` keeps for itself. It must be the CPU that runs this, or one that is not in the allocator. */
export function drainCache(cpu: u32): void {
  answerFor(cacheOf(cpu));
}
