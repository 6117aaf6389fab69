import { cpuIndex, cpuLocal, setCpuLocal } from "platform";
import { CpuCounter } from "../trace/counters";
import { cpuNode } from "./nodes";
import { NO_AREA } from "./trees";

/**
 * What a CPU has for itself, so that most calls touch no lock and no line that another CPU writes:
 *
 * - its **word**: 64 frames whose free bits it took out of the bitmap at once, known to be zero (`own`) or not (`unknown`). It
 *   allocates from them, and frees into them;
 * - its **freed** word: the last other word of which it freed a frame. What it frees of that word afterwards waits in `freed`, so that
 *   freeing frames in a row is one visit to the bitmap for 64;
 * - its **area**: where it takes its next word;
 * - its **shelf**: whole free areas, for blocks of order 9;
 * - the span it looked at last, with the places of what is known of its frames, and how many of them it has freed one by one.
 *
 * A word's frames are a **row**, numbered `frame / 64`: one shift says whether a frame is in one of the two words, and where its bit is.
 * Only the CPU itself may touch these, but for reading numbers, and for `drainCache` while the CPU is not in the allocator.
 */
@unmanaged
@final
export class CpuCache {
  /** Known to be zero, whether their states say so or not. */
  own: u64;
  /** Place of the state of the row's first frame in the direct map. */
  ownStates: u64;
  /** First frame; 64 bits, so that nothing need be widened. */
  ownFirst: u64;
  unknown: u64;
  /** `NO_ROW` when there is no word. */
  ownRow: u32;
  /** Of a row in the span; or `NO_ROW`. */
  freedRow: u32;
  freed: u64;

  /** Of the span: its first frame, how many there are, the ordinal of the first. */
  spanFirst: u32;
  spanFrames: u32;
  spanOrdinal: u32;
  /** Frames of the span freed one by one, of which its node has not been told. */
  spanFreed: u32;
  /** Plus a frame's number: the place of its state. */
  spanStates: u64;
  /** Plus 8 times a row: the place of its word. */
  spanWords: u64;
  /** Plus 8 times an area's physical number: the place of its entry. */
  spanEntries: u64;

  /** Bitmap word, by number; without a word, the last one that there was. */
  ownWord: u32;
  /** Index, or `NO_AREA`. */
  area: u32;
  areaFirst: u32;
  shelfDepth: u32;
  /** 1 when the CPU has ever come past its first call. */
  isActive: u32;
  /** Its own. Its shelf holds areas of this node alone, its words and its area may be of another when this one has run out. */
  node: u32;
  /** 1 while it asks reclaimers. */
  isReclaiming: u32;
  /** Frames that it has shared so often that they never come back. */
  stuck: u32;
  /** Frames of its own node, wanted from there, that it took out of areas. */
  homeTaken: u64;
}
if (offsetof<CpuCache>() != 128) ERROR("a cache's shelf follows its fields");

const SHELF: usize = 128;
/** Whole areas that a CPU keeps, and how many go or come at a time. */
export const SHELF_DEPTH: u32 = 4;
export const SHELF_STEP: u32 = 2;
/** 4 × u64, CpuCounter REFILLS to FLUSHED: here, where a CPU is at work when it counts them. */
const MOVED: usize = 160;
/** u32: of the frames that it has ever released, those that others still held. */
const STILL_HELD: usize = 192;
const CACHE_BYTES: usize = 200;
if (128 + 4 * 8 != 160 || 160 + 4 * 8 != 192) ERROR("fields, shelf and what moved follow one another");

export const MAX_CPUS: u32 = 64;
const CACHE_SHIFT: usize = 9;
if (64 << 9 != 32768) ERROR("there are MAX_CPUS caches");
/** A variable, because of a constant clang knows that its low bits are 0, turns sums into ORs, and cannot address by an OR. */
let caches: usize = 0;
caches = memory.data(32768, 128);
/** From a CPU's cache to one in which there is never anything. */
const NOTHING: usize = 256;
if (200 > 256 || 256 + 192 > 512) ERROR("each CPU has a cache with nothing in it beside its own");

/** No frame is in it: frame numbers have 32 bits, rows 26. */
export const NO_ROW: u32 = 0xffff_ffff;

export function cacheOf(cpu: u32): CpuCache {
  return changetype<CpuCache>(caches + ((<usize>cpu) << CACHE_SHIFT));
}

/** Whose it is. */
export function cpuOf(cache: CpuCache): u32 {
  return <u32>((changetype<usize>(cache) - caches) >> CACHE_SHIFT);
}

/** The cache of the CPU that runs this. */
export function ownCache(): CpuCache {
  return cacheOf(cpuIndex());
}

/** The same for quick ways, which find nothing in it while somebody watches. */
// @ts-ignore: decorator
@inline
export function quickCache(): CpuCache {
  return changetype<CpuCache>(cpuLocal());
}

/** From here on quick ways find caches with nothing in them, so that they need not ask whether somebody watches. */
export function hideCaches(): void {
  for (let cpu: u32 = 0; cpu < MAX_CPUS; cpu++) setCpuLocal(cpu, changetype<usize>(cacheOf(cpu)) + NOTHING);
}

/** Also when the kernel starts: each CPU's word says where its cache is from its first instruction on. */
export function showCaches(): void {
  for (let cpu: u32 = 0; cpu < MAX_CPUS; cpu++) setCpuLocal(cpu, changetype<usize>(cacheOf(cpu)));
}
showCaches();

/** All caches as they are before the first call: the frame table must stand. */
export function emptyCaches(): void {
  for (let cpu: u32 = 0; cpu < MAX_CPUS; cpu++) {
    const cache = cacheOf(cpu);
    if (cache.isActive != 0) forget(cache);
    cache.area = NO_AREA;
    // The next one is the first of an area.
    cache.ownWord = 7;
    cache.node = cpuNode(cpu);
    dropWords(cache);
    dropWords(changetype<CpuCache>(changetype<usize>(cache) + NOTHING));
  }
}

function forget(cache: CpuCache): void {
  for (let at: usize = 0; at < CACHE_BYTES; at += 8) store<u64>(changetype<usize>(cache) + at, 0);
}

/** Neither word any more; what they held must have been put back. */
export function dropWords(cache: CpuCache): void {
  cache.own = 0;
  cache.unknown = 0;
  cache.ownRow = NO_ROW;
  dropFreed(cache);
}

/** No freed word any more; what it held must have been put back. */
export function dropFreed(cache: CpuCache): void {
  cache.freed = 0;
  cache.freedRow = NO_ROW;
}

/** The bitmap word that `freed` belongs to, by number. There must be one. */
export function freedWord(cache: CpuCache): u32 {
  return (cache.spanOrdinal >> 6) + cache.freedRow - (cache.spanFirst >> 6);
}

/** A place on the shelf: the area's first frame and its index. */
export function pushShelf(cache: CpuCache, area: u32, first: u32): void {
  store<u64>(shelfSlot(cache, cache.shelfDepth), ((<u64>first) << 32) | area);
  cache.shelfDepth += 1;
}

/** The shelf must not be empty. */
export function popShelf(cache: CpuCache): u64 {
  cache.shelfDepth -= 1;
  return load<u64>(shelfSlot(cache, cache.shelfDepth));
}

export function shelfEntry(cache: CpuCache, index: u32): u64 {
  return load<u64>(shelfSlot(cache, index));
}

export function shelfArea(entry: u64): u32 {
  return <u32>entry;
}

export function shelfFirst(entry: u64): u32 {
  return <u32>(entry >> 32);
}

function shelfSlot(cache: CpuCache, index: u32): usize {
  return changetype<usize>(cache) + SHELF + ((<usize>index) << 3);
}

/** A word of `frames` frames has come or gone: `what` is CpuCounter.REFILLS or FLUSHES, after which their frames are counted. */
export function countWord(cache: CpuCache, what: u32, frames: u32): void {
  const at = changetype<usize>(cache) + ((<usize>what) << 3);
  store<u64>(at, load<u64>(at, MOVED) + 1, MOVED);
  store<u64>(at, load<u64>(at, MOVED + 8) + frames, MOVED + 8);
}
if (CpuCounter.REFILLED != CpuCounter.REFILLS + 1 || CpuCounter.FLUSHED != CpuCounter.FLUSHES + 1)
  ERROR("frames follow words");

/** A frame that this CPU released has other holders. */
// @ts-ignore: decorator
@inline
export function noteStillHeld(cache: CpuCache): void {
  store<u32>(changetype<usize>(cache), load<u32>(changetype<usize>(cache), STILL_HELD) + 1, STILL_HELD);
}

/** Of the frames that this CPU has ever released: those that others still held. Two looks tell of those that it released in between. */
// @ts-ignore: decorator
@inline
export function stillHeld(): u32 {
  return load<u32>(changetype<usize>(quickCache()), STILL_HELD);
}

/** `what` is a CpuCounter, REFILLS to FLUSHED. */
export function wordsMoved(cache: CpuCache, what: u32): u64 {
  return load<u64>(changetype<usize>(cache) + ((<usize>what) << 3), MOVED);
}
