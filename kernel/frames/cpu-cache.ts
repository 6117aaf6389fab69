import { cpuIndex, cpuLocal, setCpuLocal } from "platform";
import { CpuCounter } from "../trace/counters";
import { cpuNode } from "./nodes";
import { noWordStates, ordinalOfState } from "./table";
import { NO_AREA } from "./trees";

/**
 * What a CPU has for itself, so that most calls touch no lock and no line that another CPU writes:
 *
 * - its **word**: 64 frames whose free bits it took out of the bitmap at once, known to be zero (`own`) or not (`unknown`). It
 *   allocates from them, and frees into them;
 * - its **freed** word: the last other word of which it freed a frame. What it frees of that word afterwards waits in `freed`, so that
 *   freeing a row of frames is one visit to the bitmap for 64;
 * - its **area**: where it takes its next word;
 * - its **shelf**: whole free areas, for blocks of order 9;
 * - the span it looked at last, and what it has freed one by one.
 *
 * Only the CPU itself may touch these, but for reading numbers, and for `drainCache` while the CPU is not in the allocator.
 */
@unmanaged
@final
export class CpuCache {
  /** Known to be zero, whether their states say so or not. */
  own: u64;
  /** Plus the number of a frame of the own word, the address of its state; `noWordStates` has them when there is no word. */
  ownStates: u64;
  /** 64 bits, so that nothing need be widened. */
  ownFirst: u64;
  freed: u64;
  /** As `ownStates`. */
  freedStates: u64;
  freedFirst: u64;

  unknown: u64;
  /** Bitmap word, by number. */
  ownWord: u32;
  /** Index, or `NO_AREA`. */
  area: u32;
  areaFirst: u32;
  shelfDepth: u32;

  spanFirst: u32;
  spanFrames: u32;
  spanOrdinal: u32;
  /** 1 when the CPU has ever come past its first call. */
  isActive: u32;
  /** Its own. Its shelf holds areas of this node alone, its words and its area may be of another when this one has run out. */
  node: u32;
  /** 1 while it asks reclaimers. */
  isReclaiming: u32;
  /** Frames that it has shared so often that they never come back. */
  stuck: u64;
  /** As `ownStates`, for the frames of the span. */
  spanStates: u64;
}
if (offsetof<CpuCache>() != 112) ERROR("a cache's shelf follows its fields");

const SHELF: usize = 128;
/** Whole areas that a CPU keeps; what does not fit goes back. */
export const SHELF_DEPTH: u32 = 4;
/** By node, i32: frames freed one by one of which the node's words have not been told. */
const FREED_SINGLY: usize = 160;
/** 4 × u64, CpuCounter REFILLS to FLUSHED: here, where a CPU is at work when it counts them. */
const MOVED: usize = 224;
const CACHE_BYTES: usize = 256;
if (160 + 16 * 4 != 224) ERROR("single frees are counted for MAX_NODES nodes");

export const MAX_CPUS: u32 = 64;
const CACHE_SHIFT: usize = 9;
if (64 << 9 != 32768) ERROR("there are MAX_CPUS caches");
/** A variable, because of a constant clang knows that its low bits are 0, turns sums into ORs, and cannot address by an OR. */
let caches: usize = 0;
caches = memory.data(32768, 128);
/** From a CPU's cache to one in which there is never anything. */
const NOTHING: usize = 256;
if (256 + 256 != 512) ERROR("each CPU has a cache with nothing in it beside its own");

if (224 + 4 * 8 != 256) ERROR("what moved is counted before the cache with nothing in it");

/** Far from every frame that a first free could name: the states behind it are HOLE. */
const NO_FIRST: u64 = 0xffff_ffc0;

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
  cache.freed = 0;
  cache.ownFirst = NO_FIRST;
  cache.freedFirst = NO_FIRST;
  cache.ownStates = noWordStates() - NO_FIRST;
  cache.freedStates = noWordStates() - NO_FIRST;
}

/** From here on the frames of the word that `frame` lies in are freed into `freed`; `states` is what `freedStates` is. */
export function beginFreed(cache: CpuCache, states: u64, frame: u32): void {
  cache.freedFirst = frame & ~63;
  cache.freedStates = states;
}

/** The bitmap word that `freed` belongs to, by number. */
export function freedWord(cache: CpuCache): u32 {
  return ordinalOfState(cache.freedStates + cache.freedFirst) >> 6;
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

export function freedSingly(cache: CpuCache, node: u32): i32 {
  return load<i32>(changetype<usize>(cache) + ((<usize>node) << 2), FREED_SINGLY);
}

export function addFreedSingly(cache: CpuCache, node: u32): void {
  const slot = changetype<usize>(cache) + ((<usize>node) << 2);
  store<i32>(slot, load<i32>(slot, FREED_SINGLY) + 1, FREED_SINGLY);
}

export function forgetFreedSingly(cache: CpuCache, node: u32): void {
  store<i32>(changetype<usize>(cache) + ((<usize>node) << 2), 0, FREED_SINGLY);
}

/** A word of `frames` frames has come or gone: `what` is CpuCounter.REFILLS or FLUSHES, after which their frames are counted. */
export function countWord(cache: CpuCache, what: u32, frames: u32): void {
  const at = changetype<usize>(cache) + ((<usize>what) << 3);
  store<u64>(at, load<u64>(at, MOVED) + 1, MOVED);
  store<u64>(at, load<u64>(at, MOVED + 8) + frames, MOVED + 8);
}
if (CpuCounter.REFILLED != CpuCounter.REFILLS + 1 || CpuCounter.FLUSHED != CpuCounter.FLUSHES + 1)
  ERROR("frames follow words");

/** `what` is a CpuCounter, REFILLS to FLUSHED. */
export function wordsMoved(cache: CpuCache, what: u32): u64 {
  return load<u64>(changetype<usize>(cache) + ((<usize>what) << 3), MOVED);
}
