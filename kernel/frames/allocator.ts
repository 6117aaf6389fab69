import { frameZero, physAdd64, physLoad8, physStore8 } from "platform";
import { RecordKind } from "../trace/records";
import { trace } from "../trace/trace";
import { areaEntry, areaNode, heldBy, isHeldIn, noteFreed, noteFreedOne, setHeld, setShelved, settle } from "./areas";
import { takeAreas, takeSmall, zeroArea, zeroRuns } from "./blocks";
import {
  addCount,
  beginFreed,
  cacheOf,
  CpuCache,
  ownCache,
  popShelf,
  pushShelf,
  SHELF_DEPTH,
  shelfArea,
  shelfFirst,
} from "./cpu-cache";
import { FrameError } from "./errors";
import { Frame } from "./frame";
import { AREA_ORDER, checkBlock, MAX_ORDER, openFrame, ownerAt, refusalAt, refuse, takeBack, zeroAll } from "./freeing";
import { locate, locateAgain, NO_ORDINAL } from "./locate";
import { countTaken, tellFreed } from "./node-counts";
import { FrameOwner, isAllocatable } from "./owners";
import { NO_LIMIT } from "./preference";
import { drain, flushFreed, refill, zeroSome } from "./refill";
import { dropSharer } from "./sharing";
import { AREA_FRAMES, AREA_SHIFT, physicalArea } from "./spans";
import { fillStates, KNOWN_ZERO, SHARED, stateAddress, stateAt, wordAddress } from "./table";
import { NO_AREA } from "./trees";
import { isDenied, isWatched } from "./watched";

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

const NOT_ALLOCATABLE: string = "frames are not allocated for this owner";

/**
 * What is seldom needed is called through variables. Otherwise the compilers, finding one caller, put it all into that caller, which
 * then saves seven registers on every call that does not need it.
 */
let allocateSlowly: (cache: CpuCache, owner: u32) => Frame = allocateNothing;
let freeSlowly: (cache: CpuCache, frame: Frame) => u32 = freeNothing;
let settleSlowly: (cache: CpuCache, area: u32) => u32 = settleNothing;
let allocateBlockSlowly: (cache: CpuCache, order: u32, owner: u32) => Frame = allocateNoBlock;
let freeBlockSlowly: (cache: CpuCache, first: Frame, order: u32) => u32 = freeNoBlock;
allocateSlowly = allocateAfterRefill;
freeSlowly = freeAfterOpening;
settleSlowly = settleFreed;
allocateBlockSlowly = allocateAnyBlock;
freeBlockSlowly = freeAnyBlock;

function allocateNothing(_cache: CpuCache, _owner: u32): Frame {
  return Frame.none();
}

function freeNothing(_cache: CpuCache, frame: Frame): u32 {
  return refuse(FrameError.OUTSIDE_RAM, frame.number, NO_ORDINAL);
}

function allocateNoBlock(_cache: CpuCache, _order: u32, _owner: u32): Frame {
  return Frame.none();
}

function freeNoBlock(cache: CpuCache, first: Frame, _order: u32): u32 {
  return freeNothing(cache, first);
}

function settleNothing(_cache: CpuCache, _area: u32): u32 {
  return FrameError.NONE;
}

function settleFreed(cache: CpuCache, area: u32): u32 {
  tellFreed(cache);
  settle(area);
  return FrameError.NONE;
}

/** One zeroed frame for `owner`, or `Frame.none()` when there is none. `owner` must be one that frames are allocated for. */
export function allocateFrame(owner: u32): Frame {
  const cache = ownCache();
  const free = cache.own;
  if (free == 0 || !isPlain(owner)) return allocateSlowly(cache, owner);
  return takeOwn(cache, free, owner);
}

/** Is this an owner that frames are allocated for, and nobody watches? */
function isPlain(owner: u32): bool {
  return isAllocatable(owner) && !isWatched();
}

/** The lowest of the own word's frames `free`, of which there is one. */
function takeOwn(cache: CpuCache, free: u64, owner: u32): Frame {
  cache.own = free & (free - 1);
  return handOut(cache, <u32>ctz<u64>(free), owner);
}

function handOut(cache: CpuCache, bit: u32, owner: u32): Frame {
  physStore8(cache.ownStates + bit, <u8>owner);
  addCount(cache, owner, 1);
  return Frame.of(cache.ownFirst + bit);
}

function allocateAfterRefill(cache: CpuCache, owner: u32): Frame {
  assert(isAllocatable(owner), NOT_ALLOCATABLE);
  if (isDenied()) return Frame.none();
  if ((cache.own | cache.unknown) == 0 && !refill(cache)) return Frame.none();
  return takeKept(cache, owner);
}

/** A frame of the own word, which must have one. */
export function takeKept(cache: CpuCache, owner: u32): Frame {
  if (cache.own == 0) zeroSome(cache);
  const frame = takeOwn(cache, cache.own, owner);
  trace(RecordKind.FRAME_ALLOCATED, frame.number, 0, owner);
  return frame;
}

/** One frame with anything in it, for a caller that writes over all of it before anybody else can see it. */
export function allocateFrameUnzeroed(owner: u32): Frame {
  assert(isAllocatable(owner), NOT_ALLOCATABLE);
  const cache = ownCache();
  if ((cache.own | cache.unknown) == 0 && !refill(cache)) return Frame.none();
  const unknown = cache.unknown;
  if (unknown == 0) return allocateFrame(owner);
  if (isDenied()) return Frame.none();
  cache.unknown = unknown & (unknown - 1);
  const frame = handOut(cache, <u32>ctz<u64>(unknown), owner);
  trace(RecordKind.FRAME_ALLOCATED, frame.number, 0, owner);
  return frame;
}

/** One zeroed frame below address `limit`, for devices that reach no others. */
export function allocateFrameBelow(limit: u64, owner: u32): Frame {
  return allocateBlockBelow(0, limit, owner);
}

/** 2^order zeroed frames in a row, the first a multiple of 2^order; `Frame.none()` when there is no such block. */
export function allocateBlock(order: u32, owner: u32): Frame {
  const cache = ownCache();
  if (order != AREA_ORDER || cache.shelfDepth == 0 || !isPlain(owner)) return allocateBlockSlowly(cache, order, owner);
  return takeShelved(cache, owner);
}

function takeShelved(cache: CpuCache, owner: u32): Frame {
  const shelved = popShelf(cache);
  setHeld(shelfArea(shelved), owner);
  addCount(cache, owner, AREA_FRAMES);
  return Frame.of(shelfFirst(shelved));
}

function allocateAnyBlock(cache: CpuCache, order: u32, owner: u32): Frame {
  assert(isAllocatable(owner), NOT_ALLOCATABLE);
  if (order == 0) return allocateFrame(owner);
  if (isDenied()) return Frame.none();
  if (order != AREA_ORDER || cache.shelfDepth == 0) return findBlock(cache, order, NO_LIMIT, owner);
  const first = takeShelved(cache, owner);
  trace(RecordKind.FRAME_ALLOCATED, first.number, order, owner);
  return first;
}

/** A block of which every byte is below address `limit`. */
export function allocateBlockBelow(order: u32, limit: u64, owner: u32): Frame {
  assert(isAllocatable(owner), NOT_ALLOCATABLE);
  if (isDenied()) return Frame.none();
  return findBlock(ownCache(), order, min<u64>(limit >> 12, NO_LIMIT), owner);
}

function findBlock(cache: CpuCache, order: u32, limit: u64, owner: u32): Frame {
  if (order > MAX_ORDER) return Frame.none();
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
  fillStates(ordinal, (<u32>1) << order, owner);
  return countBlock(cache, first, order, owner);
}

function findLarge(cache: CpuCache, order: u32, limit: u64, owner: u32): Frame {
  const areas: u32 = 1 << (order - AREA_ORDER);
  const area = takeAreas(cache, areas, owner, limit);
  return area == NO_AREA ? Frame.none() : giveLarge(cache, area, order, cache.node, owner);
}

/** The same of what `takeAreas` took. */
export function giveLarge(cache: CpuCache, area: u32, order: u32, wanted: u32, owner: u32): Frame {
  const areas: u32 = 1 << (order - AREA_ORDER);
  countTaken(cache, areaNode(area), wanted, areas << AREA_SHIFT);
  for (let i: u32 = 0; i < areas; i++) zeroArea(area + i);
  return countBlock(cache, physicalArea(area) << AREA_SHIFT, order, owner);
}

function countBlock(cache: CpuCache, first: u32, order: u32, owner: u32): Frame {
  addCount(cache, owner, (<i64>1) << (<i64>order));
  trace(RecordKind.FRAME_ALLOCATED, first, order, owner);
  return Frame.of(first);
}

/** Gives one frame back. Returns a FrameError; unless it is NONE, nothing has changed. */
export function freeFrame(frame: Frame): u32 {
  const cache = ownCache();
  const bit = frame.number - cache.ownFirst;
  if (bit >= 64) return freeElsewhere(cache, frame);
  const state = cache.ownStates + bit;
  const owner = <u32>physLoad8(state);
  if (!isPlain(owner)) return freeSlowly(cache, frame);
  cache.own |= (<u64>1) << (<u64>bit);
  return clear(cache, frame, state, owner);
}

/** Frees a frame of the word that this CPU freed into last. */
function freeElsewhere(cache: CpuCache, frame: Frame): u32 {
  const bit = frame.number - cache.freedFirst;
  if (bit >= 64) return freeFar(cache, frame);
  const state = cache.freedStates + bit;
  const owner = <u32>physLoad8(state);
  if (!isPlain(owner)) return freeSlowly(cache, frame);
  cache.freed |= (<u64>1) << (<u64>bit);
  cache.freedCount += 1;
  return clear(cache, frame, state, owner);
}

/** Frees into the bitmap, and remembers where. */
function freeFar(cache: CpuCache, frame: Frame): u32 {
  const ordinal = locateAgain(cache, frame.number);
  if (ordinal == NO_ORDINAL || cache.freed != 0) return freeSlowly(cache, frame);
  const state = stateAddress(ordinal);
  const owner = <u32>physLoad8(state);
  if (!isPlain(owner)) return freeSlowly(cache, frame);
  beginFreed(cache, ordinal, frame.number & ~63);
  clear(cache, frame, state, owner);
  setFree(ordinal);
  return noteFreedOne(cache, ordinal >> AREA_SHIFT) ? settleSlowly(cache, ordinal >> AREA_SHIFT) : FrameError.NONE;
}

function setFree(ordinal: u32): void {
  const bit = (<u64>1) << ((<u64>ordinal) & 63);
  // The bit was clear: adding is setting it, and one instruction, where an OR that returns what was there is a loop.
  const before = physAdd64(wordAddress(ordinal >> 6), bit);
  assert((before & bit) == 0, "two CPUs have freed the same frame at once");
}

/** All the rest: what is refused, shared, part of a block, or traced. */
function freeAfterOpening(cache: CpuCache, frame: Frame): u32 {
  const error = openFrame(cache, frame.number);
  if (error != FrameError.NONE) return error;
  const ordinal = locate(cache, frame.number);
  const owner = stateAt(ordinal);
  clear(cache, frame, stateAddress(ordinal), owner);
  putBackFrame(cache, frame.number, ordinal);
  trace(RecordKind.FRAME_FREED, frame.number, 0, owner);
  return FrameError.NONE;
}

/** To where the quick ways put it. */
function putBackFrame(cache: CpuCache, frame: u32, ordinal: u32): void {
  const bit = (<u64>1) << ((<u64>frame) & 63);
  if (frame - cache.ownFirst < 64) {
    cache.own |= bit;
  } else if (frame - cache.freedFirst < 64) {
    cache.freed |= bit;
    cache.freedCount += 1;
  } else {
    flushFreed(cache);
    beginFreed(cache, ordinal, frame & ~63);
    setFree(ordinal);
    noteFreed(ordinal >> AREA_SHIFT, 1);
  }
}

/** Makes a frame zero and nobody's. */
function clear(cache: CpuCache, frame: Frame, state: u64, owner: u32): u32 {
  frameZero(frame.address);
  physStore8(state, <u8>KNOWN_ZERO);
  addCount(cache, owner, -1);
  return FrameError.NONE;
}

/** Gives 2^order frames back, which need not have been allocated together. Returns a FrameError; unless NONE, nothing has changed. */
export function freeBlock(first: Frame, order: u32): u32 {
  const cache = ownCache();
  const ordinal = locateAgain(cache, first.number);
  if (order != AREA_ORDER || ordinal == NO_ORDINAL || isWatched()) return freeBlockSlowly(cache, first, order);
  if (!fitsShelf(cache, ordinal)) return freeBlockSlowly(cache, first, order);
  return shelve(cache, first.number, ordinal >> AREA_SHIFT);
}

/** Does an area of the CPU's node begin at `ordinal` that was allocated as one, and is there room for it on the shelf? */
function fitsShelf(cache: CpuCache, ordinal: u32): bool {
  const isHere = isHeldIn(areaEntry(ordinal >> AREA_SHIFT), cache.node);
  return (ordinal & (AREA_FRAMES - 1)) == 0 && isHere && cache.shelfDepth < SHELF_DEPTH;
}

/** Keeps an area for the next block of order 9. */
function shelve(cache: CpuCache, first: u32, area: u32): u32 {
  addCount(cache, heldBy(areaEntry(area)), -(<i64>AREA_FRAMES));
  zeroAll(first, AREA_FRAMES);
  setShelved(area);
  pushShelf(cache, area, first);
  return FrameError.NONE;
}

function freeAnyBlock(cache: CpuCache, first: Frame, order: u32): u32 {
  if (order == 0) return freeFrame(first);
  const refusal = checkBlock(cache, first.number, order);
  if (refusal != FrameError.NONE) return refusal;
  const ordinal = locate(cache, first.number);
  const owner = ownerAt(ordinal);
  if (order == AREA_ORDER && fitsShelf(cache, ordinal)) shelve(cache, first.number, ordinal >> AREA_SHIFT);
  else takeBack(cache, first.number, order);
  trace(RecordKind.FRAME_FREED, first.number, order, owner);
  return FrameError.NONE;
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
