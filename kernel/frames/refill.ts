import { cpuIndex, directAddress, directStore8, framesZero, physAdd64, physExchange64 } from "platform";
import { PAGE_SHIFT } from "../address/pages";
import { CpuCounter } from "../trace/counters";
import {
  addFree,
  areaNode,
  nodeOf,
  noteFreed,
  Place,
  reserveLocked,
  retireLocked,
  returnLocked,
  treeOf,
} from "./areas";
import { countWord, CpuCache, cpuOf, dropWords, freedWord, popShelf, shelfArea } from "./cpu-cache";
import { countForCpu } from "./cpu-counts";
import { lockNode, unlockNode } from "./lock";
import { countTaken, tellFreed } from "./node-counts";
import { nearestNode, nodeCount } from "./nodes";
import { choiceEnd, choiceFirst, CHOICES, NO_LIMIT } from "./preference";
import { AREA_SHIFT, AREA_WORDS, areaCount, physicalArea } from "./spans";
import { freeWord, KNOWN_ZERO, knownZeroBits, stateAddress, wordAddress } from "./table";
import { NO_AREA, treeNext } from "./trees";

/** Between the CPUs' caches and the bitmap: taking the next word, putting words back. */

/** 128 KiB: so few that a second-level cache still has them when they are used. */
const ZEROED_AT_ONCE: u64 = 32;

/** Fills the own word, which is empty: from the CPU's node, then by distance. False when there is no frame but in other CPUs' hands. */
export function refill(cache: CpuCache): bool {
  flushFreed(cache);
  for (let rank: u32 = 0; rank < nodeCount(); rank++) {
    if (refillFromNode(cache, nearestNode(cache.node, rank))) return true;
  }
  return false;
}

/** The quick way of `refill`: from the area that the CPU has reserved, if that is of its own node. */
export function refillFromArea(cache: CpuCache): bool {
  const area = cache.area;
  if (area == NO_AREA || cache.freed != 0 || areaNode(area) != cache.node) return false;
  return takeWord(cache, area);
}

/** Fills the own word, which is empty, from `node` alone. */
export function refillFromNode(cache: CpuCache, node: u32): bool {
  cache.isActive = 1;
  if (refillFromAreas(cache, node)) return true;
  // The node is short: what this CPU keeps for blocks, and what others have reserved and not yet taken.
  if (node == cache.node && cache.shelfDepth != 0) {
    emptyShelf(cache);
    if (refillFromAreas(cache, node)) return true;
  }
  return steal(cache, node);
}

function refillFromAreas(cache: CpuCache, node: u32): bool {
  if (cache.area != NO_AREA && areaNode(cache.area) == node && takeWord(cache, cache.area)) return true;
  while (reserveNext(cache, node)) if (takeWord(cache, cache.area)) return true;
  return false;
}

/** A word of `area` that has free frames, all of it: the next one after the CPU's last. */
function takeWord(cache: CpuCache, area: u32): bool {
  for (let i: u32 = 1; i <= AREA_WORDS; i++) {
    const word = area * AREA_WORDS + ((cache.ownWord + i) & (AREA_WORDS - 1));
    if (freeWord(word) == 0) continue;
    const bits = physExchange64(wordAddress(word), 0);
    if (bits == 0) continue;
    const frames = bitCount(bits);
    const node = nodeOf(addFree(area, -(<i32>frames)));
    countTaken(cache, node, cache.node, frames);
    countWord(cache, CpuCounter.REFILLS, frames);
    adopt(cache, word, bits);
    return true;
  }
  return false;
}

function adopt(cache: CpuCache, word: u32, bits: u64): void {
  const area = word / AREA_WORDS;
  const base = area == cache.area ? cache.areaFirst : physicalArea(area) << AREA_SHIFT;
  cache.ownWord = word;
  cache.ownFirst = <u64>base + (((<u64>word) & (AREA_WORDS - 1)) << 6);
  cache.ownRow = <u32>(cache.ownFirst >> 6);
  const states = stateAddress(word << 6);
  cache.ownStates = directAddress(states);
  const zero = knownZeroBits(states);
  cache.own = bits & zero;
  cache.unknown = bits & ~zero;
}

/** Reserves the next area of `node`, and gives the one back that was. When there is none, that one stays. */
function reserveNext(cache: CpuCache, node: u32): bool {
  lockNode(node);
  const area = bestAreaLocked(node);
  if (area != NO_AREA) reserveLocked(area, cpuIndex());
  unlockNode(node);
  if (area == NO_AREA) return false;
  returnArea(cache);
  countForCpu(cpuOf(cache), CpuCounter.RESERVED, 1);
  cache.area = area;
  cache.areaFirst = physicalArea(area) << AREA_SHIFT;
  return true;
}

function bestAreaLocked(node: u32): u32 {
  for (let choice: u32 = 0; choice < CHOICES; choice++) {
    const first = choiceFirst(choice);
    const end = choiceEnd(choice, NO_LIMIT);
    if (first == end) continue;
    for (let place = Place.PARTLY; place <= Place.WHOLE; place++) {
      const area = treeNext(treeOf(node, place), first, end);
      if (area != NO_AREA) return area;
    }
  }
  return NO_AREA;
}

/** A word of an area that another CPU has reserved. Under the lock, so that the area stays reserved meanwhile. */
function steal(cache: CpuCache, node: u32): bool {
  const tree = treeOf(node, Place.RESERVED);
  lockNode(node);
  let area = treeNext(tree, 0, areaCount());
  while (area != NO_AREA && !takeWord(cache, area)) area = treeNext(tree, area + 1, areaCount());
  unlockNode(node);
  return area != NO_AREA;
}

/** Zeroes frames of the own word that were not known to be zero, of which there must be some: the lowest in a row, so few that they stay in the cache. */
export function zeroSome(cache: CpuCache): void {
  const unknown = cache.unknown;
  const lowest = unknown & -unknown;
  // Adding the lowest bit carries through the bits in a row with it. A row that reaches the top leaves nothing, as do bits shifted out.
  const row = unknown & ~(unknown + lowest) & ((lowest << ZEROED_AT_ONCE) - lowest);
  const first = ctz<u64>(row);
  framesZero((cache.ownFirst + first) << PAGE_SHIFT, ctz<u64>(~(row >> first)));
  cache.unknown = unknown & ~row;
  cache.own |= row;
}

/** Puts the freed word's frames back into the bitmap; returns how many. */
export function flushFreed(cache: CpuCache): u32 {
  const bits = cache.freed;
  if (bits == 0) return 0;
  cache.freed = 0;
  return putBack(cache, freedWord(cache), bits);
}

function putBack(cache: CpuCache, word: u32, bits: u64): u32 {
  const frames = bitCount(bits);
  countWord(cache, CpuCounter.FLUSHES, frames);
  // The bits were clear: adding is setting them, and one instruction.
  const before = physAdd64(wordAddress(word), bits);
  assert((before & bits) == 0, "two CPUs have freed the same frame at once");
  noteFreed(word / AREA_WORDS, frames);
  return frames;
}

/** Of whole words, which are most, without counting. */
function bitCount(bits: u64): u32 {
  return bits == u64.MAX_VALUE ? 64 : <u32>popcnt<u64>(bits);
}

/** Puts all that a CPU has for itself back. The CPU is the one that runs this, or is not in the allocator. */
export function drain(cache: CpuCache): void {
  countForCpu(cpuOf(cache), CpuCounter.DRAINS, 1);
  tellFreed(cache);
  flushFreed(cache);
  const bits = cache.own | cache.unknown;
  const word = cache.ownWord;
  tellZero(cache);
  dropWords(cache);
  if (bits != 0) putBack(cache, word, bits);
  returnArea(cache);
  emptyShelf(cache);
}

/** Own frames are known to be zero; the states of those that this CPU zeroed itself do not say so yet. */
function tellZero(cache: CpuCache): void {
  for (let rest = cache.own; rest != 0; rest &= rest - 1)
    directStore8(cache.ownStates + ctz<u64>(rest), <u8>KNOWN_ZERO);
}

function returnArea(cache: CpuCache): void {
  if (cache.area == NO_AREA) return;
  const node = areaNode(cache.area);
  lockNode(node);
  returnLocked(cache.area);
  unlockNode(node);
  cache.area = NO_AREA;
}

function emptyShelf(cache: CpuCache): void {
  lowerShelf(cache, 0);
}

/** Puts areas of the shelf back, until `depth` of them are left. */
export function lowerShelf(cache: CpuCache, depth: u32): void {
  lockNode(cache.node);
  while (cache.shelfDepth > depth) retireLocked(shelfArea(popShelf(cache)));
  unlockNode(cache.node);
}
