import { cpuIndex } from "platform";
import { MAX_CPUS } from "../frames/cpu-cache";
import { addSlabLocked, putObjectLocked, takeObjectLocked, takeSpareLocked } from "./lists";
import { kindAt, Kind } from "./kinds";
import { lock, unlock } from "./lock";
import { kindLock, MAX_KINDS } from "./root";
import { Slab, slabOf } from "./slab";
import { makeSlab, releaseSlab } from "./slabs";

/**
 * What a CPU has of a kind for itself: a stack of free objects on one cache line. It allocates from it and frees into it without a lock;
 * half of it at a time comes from the slabs and goes there.
 *
 *     byte  0      4 …
 *           count  15 addresses
 */
@unmanaged
@final
export class Magazine {
  count: u32;
}
export const MAGAZINE_OBJECTS: u32 = 15;
const BATCH: u32 = 8;
const ENTRIES: usize = 4;
if (offsetof<Magazine>() != 4 || 4 + 15 * 4 != 64) ERROR("a magazine fills a cache line");

/** Of each CPU a kilobyte: one for each kind. A variable, for clang's sake: see frames/cpu-cache.ts. */
let magazines: usize = 0;
magazines = memory.data(65536, 64);
if (<u32>64 * 16 * 64 != 65536 || MAX_CPUS != 64 || MAX_KINDS != 16) ERROR("each CPU has a magazine for each kind");

export function magazineOf(cpu: u32, kind: u32): Magazine {
  return changetype<Magazine>(magazines + ((<usize>cpu) << 10) + ((<usize>kind) << 6));
}

export function ownMagazine(kind: u32): Magazine {
  return magazineOf(cpuIndex(), kind);
}

export function entryOf(magazine: Magazine, index: u32): usize {
  return load<u32>(changetype<usize>(magazine) + ((<usize>index) << 2), ENTRIES);
}

/** There is room. */
export function push(magazine: Magazine, object: usize): void {
  const count = magazine.count;
  store<u32>(changetype<usize>(magazine) + ((<usize>count) << 2), <u32>object, ENTRIES);
  magazine.count = count + 1;
}

/** It is not empty. */
export function pop(magazine: Magazine): usize {
  const count = magazine.count - 1;
  magazine.count = count;
  return entryOf(magazine, count);
}

/** Fills an empty magazine by half. False when there is no memory for a single object. */
export function refill(id: u32): bool {
  const kind = kindAt(id);
  if (takeBatch(kind)) return true;
  const slab = makeSlab(kind);
  if (slab == null) return false;
  lock(kindLock(id));
  const surplus = addSlabLocked(kind, slab);
  unlock(kindLock(id));
  if (surplus != null) releaseSlab(surplus);
  return takeBatch(kind);
}

/** False when no slab holds an object. */
function takeBatch(kind: Kind): bool {
  const magazine = ownMagazine(kind.id);
  lock(kindLock(kind.id));
  while (magazine.count < BATCH) {
    const object = takeObjectLocked(kind);
    if (object == 0) break;
    push(magazine, object);
  }
  unlock(kindLock(kind.id));
  return magazine.count != 0;
}

/** Empties a full magazine by half. */
export function drainHalf(kind: u32): void {
  putBack(kind, ownMagazine(kind), MAGAZINE_OBJECTS - BATCH);
}

/** Puts all that this CPU has of the kind back into slabs, and gives the empty slabs back. Returns how many. */
export function drainKind(kind: u32): u32 {
  const released = putBack(kind, ownMagazine(kind), 0);
  lock(kindLock(kind));
  const spare = takeSpareLocked(kindAt(kind));
  unlock(kindLock(kind));
  if (spare == null) return released;
  releaseSlab(spare);
  return released + 1;
}

/** The same for what `cpu` has, which is outside the kernel and stays there meanwhile; without the spare slab, which is everyone's. */
export function drainKindOf(cpu: u32, kind: u32): u32 {
  return putBack(kind, magazineOf(cpu, kind), 0);
}

/** Puts objects back into their slabs until `left` are left. Returns how many slabs were released: no lock is held by then. */
function putBack(id: u32, magazine: Magazine, left: u32): u32 {
  const kind = kindAt(id);
  let empty: usize = 0;
  lock(kindLock(id));
  while (magazine.count > left) {
    const object = pop(magazine);
    const slab = putObjectLocked(kind, slabOf(object), object);
    if (slab == null) continue;
    slab.next = empty;
    empty = changetype<usize>(slab);
  }
  unlock(kindLock(id));
  return releaseChain(empty);
}

function releaseChain(first: usize): u32 {
  let released: u32 = 0;
  for (let at = first; at != 0; released++) {
    const slab = changetype<Slab>(at);
    at = slab.next;
    releaseSlab(slab);
  }
  return released;
}
