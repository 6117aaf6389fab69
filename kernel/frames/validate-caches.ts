import { areaEntry, nodeOf, Place, placeOf, reservedBy } from "./areas";
import { cacheOf, CpuCache, freedWord, MAX_CPUS, NO_ROW, shelfArea, shelfEntry } from "./cpu-cache";
import { FrameError } from "./errors";
import { frameRefusal } from "./refusals";
import { knownZeroBits, stateAddress } from "./table";
import { NO_AREA } from "./trees";

/** What CPUs have for themselves: its own consistency, and sums that `validate-areas.ts` compares with the areas. */
let cpus: u32 = 0;
let shelvedAreas: u32 = 0;
let reservedAreas: u32 = 0;

/** Returns a FrameError; what is found is the CPU. */
export function validateCaches(): u32 {
  cpus = 0;
  shelvedAreas = 0;
  reservedAreas = 0;
  for (let cpu: u32 = 0; cpu < MAX_CPUS; cpu++) {
    if (cacheOf(cpu).isActive == 0) continue;
    cpus = cpu + 1;
    if (!isCacheRight(cacheOf(cpu), cpu)) return frameRefusal(FrameError.CACHE_WRONG, cpu, 0);
  }
  return FrameError.NONE;
}

/** How many areas lie on shelves. */
export function areasOnShelves(): u32 {
  return shelvedAreas;
}

/** How many areas CPUs have reserved. */
export function areasReserved(): u32 {
  return reservedAreas;
}

function isCacheRight(cache: CpuCache, cpu: u32): bool {
  shelvedAreas += cache.shelfDepth;
  for (let i: u32 = 0; i < cache.shelfDepth; i++) {
    const entry = areaEntry(shelfArea(shelfEntry(cache, i)));
    if (placeOf(entry) != Place.SHELVED || nodeOf(entry) != cache.node) return false;
  }
  if (cache.area != NO_AREA) {
    reservedAreas += 1;
    const entry = areaEntry(cache.area);
    if (placeOf(entry) != Place.RESERVED || reservedBy(entry) != cpu) return false;
  }
  const zero: u64 = cache.ownRow == NO_ROW ? 0 : zeroBitsOf(cache.ownWord);
  if ((cache.own & cache.unknown) != 0 || (cache.unknown & zero) != 0) return false;
  return cache.freed == 0 || (cache.freed & ~zeroBitsOf(freedWord(cache))) == 0;
}

function zeroBitsOf(word: u32): u64 {
  return knownZeroBits(stateAddress(word << 6));
}

/** Frames of bitmap word `word` that CPUs have; when two have the same one, `CLASH`. */
export function cachedBits(word: u32): u64 {
  let bits: u64 = 0;
  for (let cpu: u32 = 0; cpu < cpus; cpu++) {
    const cache = cacheOf(cpu);
    const own: u64 = cache.ownWord == word ? cache.own | cache.unknown : 0;
    const freed: u64 = cache.freed != 0 && freedWord(cache) == word ? cache.freed : 0;
    hasClash = hasClash || (bits & own) != 0 || ((bits | own) & freed) != 0;
    bits |= own | freed;
  }
  return bits;
}

let hasClash: bool = false;

/** Has a frame been found since the last call that two caches hold? */
export function tookClash(): bool {
  const had = hasClash;
  hasClash = false;
  return had;
}
