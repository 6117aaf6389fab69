import { framesZero, physAnd64, physOr64 } from "platform";
import { PAGE_SHIFT } from "../address/pages";
import { CpuCache, ownCache } from "./cpu-cache";
import { AREA_WORDS } from "./spans";
import { freeWord, KNOWN_ZERO, knownZeroBits, setState, stateAddress, wordAddress } from "./table";
import { NO_AREA } from "./trees";

/**
 * Zeroing while there is nothing else to do, so that who allocates need not wait for it: what the firmware or the boot agent left, which is
 * not known to be zero.
 *
 * Memory that nobody may ever use is not touched for this. What is zeroed is what this CPU will hand out next, and no more: the rest of
 * its word, and the area that it has reserved, 2 MiB at most. Once those are zero there is nothing to do, until it takes another.
 */

/** Zeroes up to `budget` frames; returns how many. 0: there are no more. The CPU must not be in the allocator otherwise. */
export function zeroInIdleTime(budget: u32): u32 {
  const cache = ownCache();
  const own = zeroOwn(cache, budget);
  return own + zeroReserved(cache, budget - own);
}

/** Of the own word. */
function zeroOwn(cache: CpuCache, budget: u32): u32 {
  const chosen = lowestOf(cache.unknown, budget);
  zeroFrames(<u32>cache.ownFirst, chosen);
  cache.unknown &= ~chosen;
  cache.own |= chosen;
  return <u32>popcnt<u64>(chosen);
}

/** Of the reserved area, from the word on that will be taken next. */
function zeroReserved(cache: CpuCache, budget: u32): u32 {
  if (cache.area == NO_AREA) return 0;
  let done: u32 = 0;
  for (let i: u32 = 0; i < AREA_WORDS && done < budget; i++) {
    done += zeroWord(cache.area * AREA_WORDS + i, cache.areaFirst + (i << 6), budget - done);
  }
  return done;
}

/**
 * The frames leave the bitmap meanwhile, so that no other CPU hands them out half done. The area's count of free frames stays: what is
 * short for a moment is found by who looks again.
 */
function zeroWord(word: u32, first: u32, budget: u32): u32 {
  const unknown = freeWord(word) & ~knownZeroBits(stateAddress(word << 6));
  const chosen = lowestOf(unknown, budget);
  if (chosen == 0) return 0;
  const taken = physAnd64(wordAddress(word), ~chosen) & chosen;
  zeroFrames(first, taken);
  for (let rest = taken; rest != 0; rest &= rest - 1) setState((word << 6) + <u32>ctz<u64>(rest), KNOWN_ZERO);
  physOr64(wordAddress(word), taken);
  return <u32>popcnt<u64>(taken);
}

/** The lowest `count` bits that are set. */
function lowestOf(bits: u64, count: u32): u64 {
  let rest = bits;
  for (let i: u32 = 0; i < count && rest != 0; i++) rest &= rest - 1;
  return bits ^ rest;
}

/** Runs of frames at once. */
function zeroFrames(first: u32, bits: u64): void {
  for (let rest = bits; rest != 0;) {
    const start = <u32>ctz<u64>(rest);
    const run = ctz<u64>(~(rest >> (<u64>start)));
    framesZero((<u64>(first + start)) << PAGE_SHIFT, run);
    const after = <u64>start + run;
    rest = after >= 64 ? 0 : rest & (u64.MAX_VALUE << after);
  }
}
