import { cpuIndex, frameZero, physExchange64, physOr64, physStore8 } from "platform";
import { PAGE_SHIFT } from "../address/pages";
import {
  addFree,
  areaEntry,
  noteFreed,
  Place,
  placeOf,
  reservedBy,
  reserveLocked,
  retireLocked,
  returnLocked,
  treeOf,
} from "./areas";
import { cacheOf, CpuCache, dropWords, freedWord, MAX_CPUS, popShelf, shelfArea } from "./cpu-cache";
import { lockAreas, unlockAreas } from "./lock";
import { choiceEnd, choiceFirst, CHOICES, NO_LIMIT } from "./preference";
import { AREA_SHIFT, AREA_WORDS, physicalArea } from "./spans";
import { freeWord, KNOWN_ZERO, knownZeroBits, stateAddress, wordAddress } from "./table";
import { NO_AREA, treeNext } from "./trees";

/** Between the CPUs' caches and the bitmap: taking the next word, putting words back. */

/** 32 KiB: what a first-level cache holds. */
const ZEROED_AT_ONCE: u32 = 8;

/** Fills the own word, which is empty. False when there is no frame but in the hands of other CPUs. */
export function refill(cache: CpuCache): bool {
  cache.isActive = 1;
  flushFreed(cache);
  if (refillFromAreas(cache)) return true;
  // Memory is short: what this CPU keeps for blocks, and what others have reserved and not yet taken.
  emptyShelf(cache);
  return refillFromAreas(cache) || steal(cache);
}

function refillFromAreas(cache: CpuCache): bool {
  if (cache.area != NO_AREA && takeWord(cache, cache.area)) return true;
  while (reserveNext(cache)) if (takeWord(cache, cache.area)) return true;
  return false;
}

/** The lowest word of `area` that has free frames, all of it. */
function takeWord(cache: CpuCache, area: u32): bool {
  const first = area * AREA_WORDS;
  for (let word = first; word < first + AREA_WORDS; word++) {
    if (freeWord(word) == 0) continue;
    const bits = physExchange64(wordAddress(word), 0);
    if (bits == 0) continue;
    addFree(area, -(<i32>popcnt<u64>(bits)));
    adopt(cache, word, bits);
    return true;
  }
  return false;
}

function adopt(cache: CpuCache, word: u32, bits: u64): void {
  const area = word / AREA_WORDS;
  const base = area == cache.area ? cache.areaFirst : physicalArea(area) << AREA_SHIFT;
  cache.ownWord = word;
  cache.ownFirst = base + ((word & (AREA_WORDS - 1)) << 6);
  cache.ownStates = stateAddress(word << 6);
  const zero = knownZeroBits(cache.ownStates);
  cache.own = bits & zero;
  cache.unknown = bits & ~zero;
}

/** Gives the reserved area back, which has no free frame left, and reserves the next. */
function reserveNext(cache: CpuCache): bool {
  lockAreas();
  if (cache.area != NO_AREA) returnLocked(cache.area);
  const area = bestAreaLocked();
  if (area != NO_AREA) reserveLocked(area, cpuIndex());
  cache.area = area;
  unlockAreas();
  if (area == NO_AREA) return false;
  cache.areaFirst = physicalArea(area) << AREA_SHIFT;
  return true;
}

function bestAreaLocked(): u32 {
  for (let choice: u32 = 0; choice < CHOICES; choice++) {
    const first = choiceFirst(choice);
    const end = choiceEnd(choice, NO_LIMIT);
    if (first == end) continue;
    for (let place = Place.PARTLY; place <= Place.WHOLE; place++) {
      const area = treeNext(treeOf(place), first, end);
      if (area != NO_AREA) return area;
    }
  }
  return NO_AREA;
}

/** A word of an area that another CPU has reserved. Under the lock, so that the area stays reserved meanwhile. */
function steal(cache: CpuCache): bool {
  let isFound: bool = false;
  lockAreas();
  for (let cpu: u32 = 0; cpu < MAX_CPUS && !isFound; cpu++) {
    const area = cacheOf(cpu).area;
    isFound = isReservedLocked(area, cpu) && takeWord(cache, area);
  }
  unlockAreas();
  return isFound;
}

/** Has CPU `cpu` reserved `area`? */
export function isReservedLocked(area: u32, cpu: u32): bool {
  if (area == NO_AREA) return false;
  const entry = areaEntry(area);
  return placeOf(entry) == Place.RESERVED && reservedBy(entry) == cpu;
}

/** Zeroes frames of the own word that were not known to be zero, of which there must be some: a few, so that they stay in the cache. */
export function zeroSome(cache: CpuCache): void {
  const first = (<u64>cache.ownFirst) << PAGE_SHIFT;
  const unknown = cache.unknown;
  let rest = unknown;
  for (let left: u32 = ZEROED_AT_ONCE; left > 0 && rest != 0; left--) {
    frameZero(first + (ctz<u64>(rest) << PAGE_SHIFT));
    rest &= rest - 1;
  }
  cache.unknown = rest;
  cache.own |= unknown ^ rest;
}

/** Puts the freed word's frames back into the bitmap. */
export function flushFreed(cache: CpuCache): void {
  if (cache.freed == 0) return;
  putBack(freedWord(cache), cache.freed, cache.freedCount);
  cache.freed = 0;
  cache.freedCount = 0;
}

function putBack(word: u32, bits: u64, count: u32): void {
  const before = physOr64(wordAddress(word), bits);
  assert((before & bits) == 0, "two CPUs have freed the same frame at once");
  noteFreed(word / AREA_WORDS, count);
}

/** Puts all that a CPU has for itself back. The CPU is the one that runs this, or is not in the allocator. */
export function drain(cache: CpuCache): void {
  flushFreed(cache);
  const bits = cache.own | cache.unknown;
  const word = cache.ownWord;
  tellZero(cache);
  dropWords(cache);
  if (bits != 0) putBack(word, bits, <u32>popcnt<u64>(bits));
  returnArea(cache);
  emptyShelf(cache);
}

/** Own frames are known to be zero; the states of those that this CPU zeroed itself do not say so yet. */
function tellZero(cache: CpuCache): void {
  for (let rest = cache.own; rest != 0; rest &= rest - 1) physStore8(cache.ownStates + ctz<u64>(rest), <u8>KNOWN_ZERO);
}

function returnArea(cache: CpuCache): void {
  if (cache.area == NO_AREA) return;
  lockAreas();
  returnLocked(cache.area);
  cache.area = NO_AREA;
  unlockAreas();
}

function emptyShelf(cache: CpuCache): void {
  lockAreas();
  while (cache.shelfDepth != 0) retireLocked(shelfArea(popShelf(cache)));
  unlockAreas();
}
