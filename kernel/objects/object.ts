/** What tasks hold by handles. */
export namespace ObjectKind {
  export const PORT: u32 = 1;
  export const MEMORY: u32 = 2;
}
const KINDS: u32 = 3;

/**
 * The part that all objects begin with:
 *
 *     byte  0     4        8          12
 *           kind  holders  receivers
 *
 * An object lives for as long as it has holders: handles that are open, and mappings.
 */
@unmanaged
export class KernelObject {
  /** An ObjectKind. */
  kind: u32;
  holders: u32;
  /** Open handles with the right to receive. */
  receivers: u32;
}

export type Unused = (object: KernelObject) => void;
/** `space`: whose handle it was, as `spaces/` knows it. */
export type Closed = (object: KernelObject, space: usize) => void;

/** Of each kind two functions: what happens when one of its handles has been closed, and when nobody holds it any more. */
const events = memory.data(24, 4);
if (3 * 8 != 24 || KINDS != 3) ERROR("events holds two functions for each kind");

/** For each kind once, where its file begins. */
export function defineObject(kind: u32, closed: Closed, unused: Unused): void {
  store<usize>(eventsOf(kind), changetype<usize>(closed));
  store<usize>(eventsOf(kind), changetype<usize>(unused), 4);
}

function eventsOf(kind: u32): usize {
  return events + ((<usize>kind) << 3);
}

export function retainObject(object: KernelObject): void {
  object.holders += 1;
}

/** One holder less; the last one takes the object with it. */
export function releaseObject(object: KernelObject): void {
  object.holders -= 1;
  if (object.holders != 0) return;
  const unused = changetype<Unused>(load<usize>(eventsOf(object.kind), 4));
  unused(object);
}

/** A handle of `space` has been closed. */
export function noteClosed(object: KernelObject, space: usize): void {
  const closed = changetype<Closed>(load<usize>(eventsOf(object.kind)));
  closed(object, space);
}
