import { FrameOwner, ownedFrames } from "../frames/allocator";
import { MAX_CPUS } from "../frames/cpu-cache";
import { poisonDamage, redDamage } from "./checks";
import { CHECKS } from "./debug";
import { directoryWord, isObjectPage, LEAF_WORDS, LEAVES } from "./directory";
import { HeapError } from "./errors";
import { Kind, kindAt, kindCount, objectAt } from "./kinds";
import { entryOf, Magazine, MAGAZINE_OBJECTS, magazineOf } from "./magazines";
import { heapRefusal } from "./refusals";
import { freeWord, FREE_WORDS, isInSlab, ObjectState, setState, Slab, slabOf, stateOf } from "./slab";
import { allSlabs, keptHeapFrames } from "./slabs";

/**
 * Looks at every slab, object and magazine, and counts again:
 * 1. a slab's header, bits and states agree, and free objects are as they were left (`zero`, or painted in debug builds);
 * 2. it is listed where it belongs, and every kind has as many as it says;
 * 3. what is free and in no slab is in exactly one magazine;
 * 4. the heap's frames are slabs, directory and root.
 *
 * Returns a HeapError. The heap must be at rest; takes time in proportion to its size.
 */
export function validateHeap(): u32 {
  let error: u32 = HeapError.NONE;
  for (let kind: u32 = 0; kind < kindCount() && error == HeapError.NONE; kind++) error = validateLists(kindAt(kind));
  if (error == HeapError.NONE) error = validateSlabs();
  if (error == HeapError.NONE) error = validateMagazines();
  if (error != HeapError.NONE) return error;
  const known = allSlabs() + keptHeapFrames();
  if (known == ownedFrames(FrameOwner.KERNEL_OBJECTS)) return HeapError.NONE;
  return heapRefusal(HeapError.FRAMES_WRONG, known, 0);
}

/** Partly used slabs that are listed, of all kinds. */
let listed: u32 = 0;

function validateLists(kind: Kind): u32 {
  if (kind.id == 0) listed = 0;
  let previous: usize = 0;
  for (let at = kind.partial; at != 0; at = changetype<Slab>(at).next) {
    const slab = changetype<Slab>(at);
    const isPartial = slab.taken > 0 && slab.taken < kind.capacity;
    if (slab.kind != kind.id || slab.previous != previous || !isPartial)
      return heapRefusal(HeapError.LIST_WRONG, at, kind.id);
    previous = at;
    listed += 1;
  }
  const hasUsedSpare = kind.spare != 0 && changetype<Slab>(kind.spare).taken != 0;
  return hasUsedSpare ? heapRefusal(HeapError.LIST_WRONG, kind.spare, kind.id) : HeapError.NONE;
}

/** Of the slabs that the directory knows: how many, objects that are not in them, of these the free ones, partly used slabs. */
let slabs: u32 = 0;
let out: u32 = 0;
let loose: u32 = 0;
let partial: u32 = 0;

function validateSlabs(): u32 {
  slabs = 0;
  out = 0;
  loose = 0;
  partial = 0;
  for (let leaf: u32 = 0; leaf < LEAVES; leaf++) {
    for (let index: u32 = 0; index < LEAF_WORDS; index++) {
      const error = validateWord((leaf << 15) + (index << 6), directoryWord(leaf, index));
      if (error != HeapError.NONE) return error;
    }
  }
  let counted: u32 = 0;
  for (let kind: u32 = 0; kind < kindCount(); kind++) counted += kindAt(kind).out;
  if (slabs == <u32>allSlabs() && partial == listed && counted == out) return HeapError.NONE;
  return heapRefusal(HeapError.LIST_WRONG, slabs, 0);
}

/** Slabs of 64 pages, the first of which is number `first`. */
function validateWord(first: u32, word: u64): u32 {
  for (let rest = word; rest != 0; rest &= rest - 1) {
    const error = validateSlab(slabOf((<usize>first + <usize>ctz<u64>(rest)) << 12));
    if (error != HeapError.NONE) return error;
  }
  return HeapError.NONE;
}

function validateSlab(slab: Slab): u32 {
  const at = changetype<usize>(slab);
  if (slab.kind >= kindCount()) return heapRefusal(HeapError.SLAB_WRONG, at, slab.kind);
  const kind = kindAt(slab.kind);
  for (let i: u32 = 0; i < kind.capacity; i++) {
    const error = validateObject(kind, objectAt(slab, kind, i));
    if (error != HeapError.NONE) return error;
  }
  const isRight = countFree(slab) + slab.taken == kind.capacity && countStarts(slab) == kind.capacity;
  if (!isRight) return heapRefusal(HeapError.SLAB_WRONG, at, kind.id);
  slabs += 1;
  out += slab.taken;
  if (slab.taken > 0 && slab.taken < kind.capacity) partial += 1;
  return HeapError.NONE;
}

function countFree(slab: Slab): u32 {
  let bits: u32 = 0;
  for (let i: u32 = 0; i < FREE_WORDS; i++) bits += <u32>popcnt<u64>(freeWord(slab, i));
  return bits;
}

function countStarts(slab: Slab): u32 {
  let starts: u32 = 0;
  for (let at: usize = 0; at < 4096; at += 16) {
    if (stateOf(changetype<usize>(slab) + at) != ObjectState.NO_START) starts += 1;
  }
  return starts;
}

function validateObject(kind: Kind, object: usize): u32 {
  const state = stateOf(object);
  if (state != ObjectState.FREE && state != ObjectState.OUT) return heapRefusal(HeapError.SLAB_WRONG, object, kind.id);
  if (isInSlab(object) && state == ObjectState.OUT) return heapRefusal(HeapError.SLAB_WRONG, object, kind.id);
  if (state == ObjectState.FREE && !isInSlab(object)) loose += 1;
  if (CHECKS && redDamage(kind, object) != 0) return heapRefusal(HeapError.OVERRUN, object, kind.id);
  if (state == ObjectState.OUT || isAsLeft(kind, object)) return HeapError.NONE;
  return heapRefusal(HeapError.USED_AFTER_FREE, object, kind.id);
}

function isAsLeft(kind: Kind, object: usize): bool {
  if (CHECKS) return poisonDamage(kind, object) == 0;
  for (let at = object; at < object + kind.bytes; at += 8) if (load<u64>(at) != 0) return false;
  return true;
}

function validateMagazines(): u32 {
  let error: u32 = HeapError.NONE;
  for (let cpu: u32 = 0; cpu < MAX_CPUS; cpu++) {
    for (let kind: u32 = 0; kind < kindCount(); kind++) {
      if (!look(magazineOf(cpu, kind), kind)) error = heapRefusal(HeapError.MAGAZINE_WRONG, cpu, kind);
    }
  }
  for (let cpu: u32 = 0; cpu < MAX_CPUS; cpu++) {
    for (let kind: u32 = 0; kind < kindCount(); kind++) forgetSeen(magazineOf(cpu, kind));
  }
  if (error != HeapError.NONE || loose == 0) return error;
  return heapRefusal(HeapError.MAGAZINE_WRONG, loose, 0);
}

/** Marks what the magazine holds as SEEN. False when something is no loose object of the kind, or has been seen before. */
function look(magazine: Magazine, kind: u32): bool {
  if (magazine.count > MAGAZINE_OBJECTS) return false;
  for (let i: u32 = 0; i < magazine.count; i++) {
    const object = entryOf(magazine, i);
    if (!isLoose(object, kind)) return false;
    setState(object, ObjectState.SEEN);
    loose -= 1;
  }
  return true;
}

function isLoose(object: usize, kind: u32): bool {
  if (!isObjectPage(object) || slabOf(object).kind != kind) return false;
  return stateOf(object) == ObjectState.FREE && !isInSlab(object);
}

function forgetSeen(magazine: Magazine): void {
  for (let i: u32 = 0; i < min<u32>(magazine.count, MAGAZINE_OBJECTS); i++) {
    const object = entryOf(magazine, i);
    if (isObjectPage(object) && stateOf(object) == ObjectState.SEEN) setState(object, ObjectState.FREE);
  }
}
