import { checkFreed, checkHandedOut } from "./checks";
import { CHECKS } from "./debug";
import { isObjectPage } from "./directory";
import { HeapError } from "./errors";
import { Kind, kindAt } from "./kinds";
import { registerReclaimer } from "../frames/reclaimers";
import { reclaimHeap } from "./drain";
import { drainHalf, Magazine, MAGAZINE_OBJECTS, ownMagazine, pop, push, refill } from "./magazines";
import { heapRefusal } from "./refusals";
import { AttachPage, DetachPage, startSlabs } from "./slabs";
import { GRANULE, ObjectState, setState, slabOf, stateOf } from "./slab";

/**
 * The kernel's own small objects: tasks, spaces, regions. docs/ARCHITECTURE.md, "Kernel objects", says why it is made as it is. An
 * object is zero when handed out, and zeroed when it comes back.
 *
 * Any CPU may call anything here at any time, but a CPU does not enter while it is inside (interrupts are off in the kernel).
 */
export { drainHeap, drainHeapOf } from "./drain";
export { HeapError, heapErrorText } from "./errors";
export { kindCount, kindName, makeKind, objectsOut, slabCount } from "./kinds";
export { heapErrorFound, heapErrorKind } from "./refusals";
export { allSlabs, keptHeapFrames } from "./slabs";
export { validateHeap } from "./validate";

/** Slow ways are called through variables, so that the quick ones do not save registers for them: frames/allocator.ts. */
let allocateSlowly: (kind: u32) => usize = allocateNothing;
let freeSlowly: (kind: u32, object: usize) => u32 = freeNothing;
allocateSlowly = allocateAfterRefill;
freeSlowly = freeAfterDraining;

function allocateNothing(_kind: u32): usize {
  return 0;
}

function freeNothing(kind: u32, object: usize): u32 {
  return heapRefusal(HeapError.NOT_AN_OBJECT, object, kind);
}

/** Free objects are cheap to make again. */
const RECLAIM_PRIORITY: u32 = 10;

/**
 * Once, before the first object: the heap has `places` for pages, and shows frames there by `attachPage` and `detachPage`, which are
 * called by one CPU at a time. False when there is no frame.
 */
export function startHeap(places: u32, attachPage: AttachPage, detachPage: DetachPage): bool {
  registerReclaimer(reclaimHeap, RECLAIM_PRIORITY);
  return startSlabs(places, attachPage, detachPage);
}

/** A zeroed object of the kind; 0 when there is no memory. */
export function allocateObject(kind: u32): usize {
  const magazine = ownMagazine(kind);
  return magazine.count == 0 ? allocateSlowly(kind) : handOut(magazine);
}

function handOut(magazine: Magazine): usize {
  const object = pop(magazine);
  setState(object, ObjectState.OUT);
  if (CHECKS) checkHandedOut(object);
  return object;
}

function allocateAfterRefill(kind: u32): usize {
  return refill(kind) ? handOut(ownMagazine(kind)) : 0;
}

/** Takes an object back. Returns a HeapError; unless it is NONE, nothing has changed. */
export function freeObject(kind: u32, object: usize): u32 {
  const magazine = ownMagazine(kind);
  if (!isHandedOut(kind, object) || magazine.count == MAGAZINE_OBJECTS) return freeSlowly(kind, object);
  return takeBack(magazine, kindAt(kind), object);
}

/** Is there an object of the kind at `object`, any number, that is handed out? */
function isHandedOut(kind: u32, object: usize): bool {
  if ((object & (GRANULE - 1)) != 0 || !isObjectPage(object)) return false;
  return slabOf(object).kind == kind && stateOf(object) == ObjectState.OUT;
}

function takeBack(magazine: Magazine, kind: Kind, object: usize): u32 {
  if (CHECKS) checkFreed(kind, object);
  else clear(object, object + kind.bytes);
  setState(object, ObjectState.FREE);
  push(magazine, object);
  return HeapError.NONE;
}

/** Whole granules. `end` is a parameter, so that clang need not think that the stores change it. */
function clear(first: usize, end: usize): void {
  let at = first;
  for (; at + 64 <= end; at += 64) {
    clearGranule(at);
    clearGranule(at + 16);
    clearGranule(at + 32);
    clearGranule(at + 48);
  }
  for (; at < end; at += 16) clearGranule(at);
}

function clearGranule(at: usize): void {
  store<u64>(at, 0);
  store<u64>(at, 0, 8);
}

/** What is refused, and what finds the magazine full. */
function freeAfterDraining(kind: u32, object: usize): u32 {
  const error = refusalOf(kind, object);
  if (error != HeapError.NONE) return error;
  const magazine = ownMagazine(kind);
  if (magazine.count == MAGAZINE_OBJECTS) drainHalf(kind);
  return takeBack(magazine, kindAt(kind), object);
}

function refusalOf(kind: u32, object: usize): u32 {
  if (!isObjectPage(object)) return heapRefusal(HeapError.NOT_AN_OBJECT, object, kind);
  const actual = slabOf(object).kind;
  const state = (object & (GRANULE - 1)) == 0 ? stateOf(object) : ObjectState.NO_START;
  if (state == ObjectState.NO_START) return heapRefusal(HeapError.NOT_ITS_START, object, actual);
  if (actual != kind) return heapRefusal(HeapError.OTHER_KIND, object, actual);
  return state == ObjectState.FREE ? heapRefusal(HeapError.DOUBLE_FREE, object, actual) : HeapError.NONE;
}
