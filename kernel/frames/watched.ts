import { hideCaches, showCaches } from "./cpu-cache";
import { tracesEverything } from "../trace/trace";

/**
 * Does anybody watch frames? While somebody does, the quick ways of the allocator find caches with nothing in them, and events are
 * written and allocations counted on the slow ones. So a boot that nobody watches pays for nothing.
 */
let watched: u32 = 0;
const TRACED: u32 = 1;
const COUNTING_DOWN: u32 = 2;
const COUNTED: u32 = 4;

/** Allocations until the one that fails; only while COUNTING_DOWN. */
let allocationsLeft: u32 = 0;

function watch(what: u32): void {
  watched = what;
  if (what == 0) showCaches();
  else hideCaches();
}

/** Allocating and freeing are events from here on, if events are written at all. Asked at bring-up: what comes later is told to `watched`. */
export function watchIfTraced(): void {
  watch(tracesEverything() ? watched | TRACED : watched & ~TRACED);
}

/** From here on every allocation and free is counted by order and owner (`events.ts`). Before the first one, for counts that are of all. */
export function countFrames(): void {
  watch(watched | COUNTED);
}

/** Does anybody? */
// @ts-ignore: decorator
@inline
export function isWatched(): bool {
  return watched != 0;
}

export function isCounted(): bool {
  return (watched & COUNTED) != 0;
}

/**
 * Lets the `n`-th allocation from now on (1 is the next one; a frame or a block) find none, once: to see what comes of that. 0: none
 * is to fail. With several CPUs it is the n-th of them all, as far as they can tell: it is for one that works alone.
 */
export function failAllocation(n: u32): void {
  allocationsLeft = n;
  watch(n == 0 ? watched & ~COUNTING_DOWN : watched | COUNTING_DOWN);
}

/** Is this allocation the one that is to fail? Asked once by each. */
// @ts-ignore: decorator
@inline
export function isDenied(): bool {
  return (watched & COUNTING_DOWN) != 0 && countDown();
}

function countDown(): bool {
  allocationsLeft -= 1;
  if (allocationsLeft != 0) return false;
  watch(watched & ~COUNTING_DOWN);
  return true;
}
