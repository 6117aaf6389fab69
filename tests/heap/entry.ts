/** The kernel's heap on the core that frames are tested on. Pages are shown in linear memory above all else. */
export * from "../frames/core";
export {
  allocateObject,
  allSlabs,
  drainHeap,
  freeObject,
  heapErrorFound,
  heapErrorKind,
  heapErrorText,
  keptHeapFrames,
  kindName,
  makeKind,
  objectsOut,
  slabCount,
  validateHeap,
} from "../../kernel/heap/heap";
export { kindAt } from "../../kernel/heap/kinds";
export { magazineOf } from "../../kernel/heap/magazines";
export { failAllocation } from "../../kernel/frames/watched";
import { Frame } from "../../kernel/frames/frame";
import { makeKind, startHeap } from "../../kernel/heap/heap";

/** Objects of one granule, of some, of a multiple of 64, and of which a slab holds one. */
export const small = makeKind("small", 16);
export const middle = makeKind("middle", 40);
export const aligned = makeKind("aligned", 192);
export const large = makeKind("large", 2496);

const BASE: usize = (__heap_base + 4095) & ~4095;
let refusals: u32 = 0;
let shown: u32 = 0;

/** A heap with `places`, whose memory the test has made. */
export function startTestHeap(places: u32): bool {
  return startHeap(places, show, hide);
}

export function firstPage(): usize {
  return BASE;
}

/** The next `count` pages find no place. */
export function refusePages(count: u32): void {
  refusals = count;
}

export function shownPages(): u32 {
  return shown;
}

function show(slot: u32, _frame: Frame): usize {
  if (refusals > 0) {
    refusals -= 1;
    return 0;
  }
  shown += 1;
  return BASE + ((<usize>slot) << 12);
}

/** The frame that goes back must be zero. */
function hide(slot: u32): void {
  shown -= 1;
  for (let at: usize = 0; at < 4096; at += 8) {
    assert(load<u64>(BASE + ((<usize>slot) << 12) + at) == 0, "a page of the heap goes back dirty");
  }
}
