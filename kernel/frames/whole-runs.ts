import { NODE_TREES, treeAdd, treeAddRange, treeHas, treeNext, treeRemove, NO_AREA } from "./trees";
import { areaCount, spanEnd, spanFirst, spanIndex, spanOfArea } from "./spans";

/**
 * Aligned runs of 2, 4, … 512 areas that are all WHOLE and of one node, for blocks of order 10 to 18: one more set of each node, in which
 * the runs of each size follow those of the size below.
 *
 *     areas    W W W W W – W W W …
 *     2         1   1   0   1          a run is in the set when both its halves are
 *     4           1       0
 *     8               0
 *
 * Alignment is of physical areas, members are by index: the number of a run is that of its first area, moved by how much the index of its
 * span is out of step with physical numbers, divided by its size. No two runs that can be members have the same number: spans do not
 * overlap, and such a run lies in one. Ascending numbers are ascending addresses.
 *
 * An area that becomes WHOLE, or is no longer, changes at most nine of them. All of it under the node's lock.
 */

/** By size: 2^size areas. Entry 0 is not used. */
export const LAST_SIZE: u32 = 9;
const bases = memory.data(44, 4);
if ((9 + 2) * 4 != 44) ERROR("bases holds where each size begins, and the end");

/** Lays the sizes out for the areas that there are; returns how many members a set can have. */
export function planRuns(): u32 {
  let base: u32 = 0;
  for (let size: u32 = 1; size <= LAST_SIZE; size++) {
    store<u32>(slot(size), base);
    // Moving an area adds less than the run's size.
    base += (areaCount() >> size) + 2;
  }
  store<u32>(slot(LAST_SIZE + 1), base);
  return base;
}

function slot(size: u32): usize {
  return bases + ((<usize>size) << 2);
}

function baseOf(size: u32): u32 {
  return load<u32>(slot(size));
}

function treeOfRuns(node: u32): u32 {
  return node * NODE_TREES + NODE_TREES - 1;
}

/** `area`, which the tree `whole` has from now on, may make runs whole. */
export function addRunsLocked(node: u32, whole: u32, area: u32): void {
  const runs = treeOfRuns(node);
  const span = spanOfArea(area);
  for (let size: u32 = 1; size <= LAST_SIZE; size++) {
    const first = firstOf(span, area, size);
    if (!isInside(span, first, size)) return;
    if (size == 1 ? !(treeHas(whole, first) && treeHas(whole, first + 1)) : !hasHalves(runs, span, first, size)) return;
    treeAdd(runs, member(span, first, size));
  }
}

/** The same of all areas of one span from `first` to before `end`, a word of the set at a time. */
export function addRunsOfRangeLocked(node: u32, whole: u32, first: u32, end: u32): void {
  const span = spanOfArea(first);
  for (let size: u32 = 1; size <= LAST_SIZE; size++) {
    const above = lag(span, size) + ((<u32>1) << size) - 1;
    const lowest = baseOf(size) + ((first + above) >> size);
    const after = baseOf(size) + ((end + lag(span, size)) >> size);
    if (lowest < after) treeAddRange(treeOfRuns(node), lowest, after);
  }
  // Those that reach beyond the range.
  addRunsLocked(node, whole, first);
  addRunsLocked(node, whole, end - 1);
}

function hasHalves(runs: u32, span: u32, first: u32, size: u32): bool {
  const half: u32 = 1 << (size - 1);
  return treeHas(runs, member(span, first, size - 1)) && treeHas(runs, member(span, first + half, size - 1));
}

/** No run that `area` is part of is whole any more. */
export function removeRunsLocked(node: u32, area: u32): void {
  const runs = treeOfRuns(node);
  const span = spanOfArea(area);
  for (let size: u32 = 1; size <= LAST_SIZE; size++) {
    const first = firstOf(span, area, size);
    if (!isInside(span, first, size) || !treeHas(runs, member(span, first, size))) return;
    treeRemove(runs, member(span, first, size));
  }
}

/** The first area of the lowest whole run of 2^size areas of `node` between areas `first` and `end`, or `NO_AREA`. */
export function findRunLocked(node: u32, size: u32, first: u32, end: u32): u32 {
  const runs = treeOfRuns(node);
  const limit = baseOf(size + 1);
  // By being moved, the first two may begin below.
  let found = treeNext(runs, baseOf(size) + (first >> size), limit);
  while (found != NO_AREA && firstOfMember(found, size) < first) found = treeNext(runs, found + 1, limit);
  if (found == NO_AREA) return NO_AREA;
  const area = firstOfMember(found, size);
  return area + ((<u32>1) << size) <= end ? area : NO_AREA;
}

/** Is the run that `area` is in a member? For `validate`; `isWhole` is what the areas say. */
export function isRunRight(node: u32, area: u32, size: u32, isWhole: bool): bool {
  const span = spanOfArea(area);
  const first = firstOf(span, area, size);
  if (!isInside(span, first, size)) return !isWhole;
  return treeHas(treeOfRuns(node), member(span, first, size)) == isWhole;
}

/** How far the indices of a span are behind physical numbers, as far as it matters for alignment. */
function lag(span: u32, size: u32): u32 {
  return (spanFirst(span) - spanIndex(span)) & (((<u32>1) << size) - 1);
}

/** First area of the run that `area` is in: below the span's first, even below 0, when the run begins before the span. */
function firstOf(span: u32, area: u32, size: u32): u32 {
  return ((area + lag(span, size)) & ~(((<u32>1) << size) - 1)) - lag(span, size);
}

function isInside(span: u32, first: u32, size: u32): bool {
  const offset = first - spanIndex(span);
  const areas = spanEnd(span) - spanFirst(span);
  return offset < areas && areas - offset >= (<u32>1) << size;
}

function member(span: u32, first: u32, size: u32): u32 {
  return baseOf(size) + ((first + lag(span, size)) >> size);
}

/** The area whose index is a multiple of the run's size lies in it, and so in its span. */
function firstOfMember(found: u32, size: u32): u32 {
  const inside = (found - baseOf(size)) << size;
  return inside - lag(spanOfArea(inside), size);
}
