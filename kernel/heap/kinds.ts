import { PAGE_BYTES } from "../address/pages";
import { RED_BYTES } from "./debug";
import { MAX_KINDS } from "./root";
import { FIRST_OBJECT, GRANULE, Slab } from "./slab";

/**
 * A kind of objects: what is fixed in the first cache line, what CPUs change under the kind's lock in the second.
 *
 *     byte  0     4      8       12        16    20      64       68     72     76   80
 *           name  bytes  stride  capacity  id            partial  spare  slabs  out  mostSlabs
 */
@unmanaged
@final
export class Kind {
  /** A string. */
  name: usize;
  /** Of one object, a multiple of 16. */
  bytes: u32;
  /** From one object to the next: more than `bytes` in debug builds. */
  stride: u32;
  /** Objects in a slab. */
  capacity: u32;
  id: u32;
  reserved0: u32;
  reserved1: u64;
  reserved2: u64;
  reserved3: u64;
  reserved4: u64;
  reserved5: u64;

  /** The first of the slabs of which some objects are free in them, and some are not; or 0. */
  partial: usize;
  /** One slab of which all are; or 0. It stays, so that a pair at the border does not make and unmake a slab each time. */
  spare: usize;
  slabs: u32;
  /** Objects that are in no slab: handed out, or in a CPU's magazine. */
  out: u32;
  /** That there have been at once. */
  mostSlabs: u32;
}
const KIND_BYTES: usize = 84;
if (offsetof<Kind>() != 84) ERROR("Kind is 84 bytes");
const KIND_SHIFT: usize = 7;
const kinds = memory.data(2048, 128);
if ((<usize>16) << 7 != 2048 || MAX_KINDS != 16 || KIND_BYTES > 128) ERROR("kinds holds MAX_KINDS kinds");

let made: u32 = 0;

export function kindCount(): u32 {
  return made;
}

/** Kind number `id`, below `kindCount()`. */
export function kindAt(id: u32): Kind {
  return changetype<Kind>(kinds + ((<usize>id) << KIND_SHIFT));
}

/**
 * A new kind of objects of `bytes`, rounded up to 16; returns its number. To be called once for each class, at the top of its file.
 * Its objects are aligned to 16, and to 64 when `bytes` is a multiple of 64. Panics when a slab could not hold one.
 */
export function makeKind(name: string, bytes: u32): u32 {
  assert(made < MAX_KINDS && bytes > 0, "the heap has no room for another kind");
  const kind = kindAt(made);
  kind.id = made;
  kind.name = changetype<usize>(name);
  kind.bytes = (bytes + GRANULE - 1) & ~(GRANULE - 1);
  kind.stride = kind.bytes + 2 * RED_BYTES;
  kind.capacity = (<u32>PAGE_BYTES - FIRST_OBJECT) / kind.stride;
  assert(kind.capacity > 0, "a slab does not hold one object of the kind");
  made += 1;
  return kind.id;
}

export function kindName(kind: u32): string {
  return changetype<string>(kindAt(kind).name);
}

/** Objects of the kind that are in no slab: handed out or in a CPU's magazine. As of about now, while other CPUs work. */
export function objectsOut(kind: u32): u32 {
  return kindAt(kind).out;
}

export function slabCount(kind: u32): u32 {
  return kindAt(kind).slabs;
}

/** Object `index` of a slab, below the kind's capacity. */
export function objectAt(slab: Slab, kind: Kind, index: u32): usize {
  return changetype<usize>(slab) + FIRST_OBJECT + RED_BYTES + <usize>index * kind.stride;
}
