import { alignUp } from "../address/pages";
import { Region } from "./region";

/**
 * The regions of a space: a treap (Seidel, Aragon: "Randomized search trees", 1996), ordered by address, heaped by each region's
 * priority, drawn when it is made. Every region knows of the part of the tree below it how far it reaches and its widest gap, so that
 * a free range is found without visiting what is too full.
 *
 *                        ┌─────────────┐ lowest ……………………………… highest
 *                        │ first  last │ gap: the widest stretch between two
 *                        └──┬───────┬──┘ neighbours from lowest to highest
 *              all below first     all above last
 *
 * Nothing here allocates: who changes a tree brings the regions, so that a change that has begun cannot fail. A tree is its topmost
 * region, or null; whoever changes one gets the new topmost back. Expected depth 2 ln n.
 */

/** The two trees that `divide` made, and what `popLast` took. */
let lower: Region | null = null;
let upper: Region | null = null;
let popped: Region | null = null;
/** What `firstFrom` came by. */
let passed: Region | null = null;

/** The region that holds `address`. */
export function findIn(tree: Region | null, address: u64): Region | null {
  let at = tree;
  while (at != null) {
    if (address < at.first) at = at.left;
    else if (address > at.last) at = at.right;
    else return at;
  }
  return null;
}

/** The lowest region that ends at or above `address`; `before()` is the one before it. */
export function firstFrom(tree: Region | null, address: u64): Region | null {
  let found: Region | null = null;
  let below: Region | null = null;
  let at = tree;
  while (at != null) {
    if (at.last < address) {
      below = at;
      at = at.right;
    } else {
      found = at;
      at = at.left;
    }
  }
  passed = below;
  return found;
}

/** The highest region that ends below where `firstFrom` looked last. */
export function before(): Region | null {
  return passed;
}

/** Does nothing lie from `first` to `last`? */
export function isFree(tree: Region | null, first: u64, last: u64): bool {
  const next = firstFrom(tree, first);
  return next == null || next.first > last;
}

/** Adds a region, which overlaps none: where the heap wants it, above what has lower priorities. */
export function insert(tree: Region | null, region: Region): Region {
  if (tree == null || tree.priority < region.priority) return putAbove(tree, region);
  if (region.first < tree.first) tree.left = insert(tree.left, region);
  else tree.right = insert(tree.right, region);
  refresh(tree);
  return tree;
}

function putAbove(tree: Region | null, region: Region): Region {
  divide(tree, region.first);
  region.left = lower;
  region.right = upper;
  refresh(region);
  return region;
}

/** Takes the regions from `first` to `last` out. None may lie across the ends. What was taken is a tree: `taken()`. */
export function takeOut(tree: Region | null, first: u64, last: u64): Region | null {
  const region = firstFrom(tree, first);
  if (region == null || region.last < last) return takeSeveral(tree, first, last);
  popped = region;
  return region.first > last ? takeNone(tree) : without(changetype<Region>(tree), region);
}

function takeNone(tree: Region | null): Region | null {
  popped = null;
  return tree;
}

/** The tree less `region`, which is in it. */
function without(tree: Region, region: Region): Region | null {
  if (tree == region) return leaveTree(region);
  if (region.first < tree.first) tree.left = without(changetype<Region>(tree.left), region);
  else tree.right = without(changetype<Region>(tree.right), region);
  refresh(tree);
  return tree;
}

function leaveTree(region: Region): Region | null {
  const rest = join(region.left, region.right);
  region.left = null;
  region.right = null;
  refresh(region);
  return rest;
}

function takeSeveral(tree: Region | null, first: u64, last: u64): Region | null {
  divide(tree, first);
  const below = lower;
  divide(upper, last + 1);
  popped = lower;
  return join(below, upper);
}

/** What `takeOut` took. */
export function taken(): Region | null {
  return popped;
}

/** Cuts the region that holds both `address` and the byte below it in two; `rest` becomes the upper one. */
export function cut(tree: Region | null, address: u64, rest: Region): Region | null {
  divide(tree, address);
  const above = upper;
  const below = popLast(lower);
  const region = popped;
  if (region == null) return tree;
  rest.continueFrom(region, address);
  region.last = address - 1;
  refresh(region);
  refresh(rest);
  return join(joinSome(join(below, region), rest), above);
}

/** Joins the region that begins at `address` to the one that ends below it, and returns it for its owner to free. */
export function mend(tree: Region | null, address: u64): Region | null {
  divide(tree, address);
  const above = upper;
  const below = popLast(lower);
  const region = popped;
  const rest = firstFrom(above, address);
  if (region == null || rest == null) return tree;
  const after = takeOut(above, rest.first, rest.last);
  region.last = rest.last;
  refresh(region);
  popped = rest;
  return join(join(below, region), after);
}

/** Moves the ends of `region`, which is in the tree, to `first` and `last`. It must not come to lie over or beyond another. */
export function move(tree: Region | null, region: Region, first: u64, last: u64): void {
  region.first = first;
  region.last = last;
  refreshPath(tree, region);
}

/** Brings up to date what the regions above `region` know, and itself. */
function refreshPath(tree: Region | null, region: Region): void {
  if (tree == null) return;
  if (tree != region) refreshPath(region.first < tree.first ? tree.left : tree.right, region);
  refresh(tree);
}

export const NO_GAP: u64 = u64.MAX_VALUE;

/**
 * The lowest free range of `bytes` that begins at or above `low` at a multiple of `unit`, and ends at or below `high`. Its first byte,
 * or NO_GAP. `low` and `high` are page boundaries, and no region ends at 2^64.
 */
export function findGap(tree: Region | null, low: u64, high: u64, bytes: u64, unit: u64): u64 {
  let at = tree;
  let from = low;
  while (at != null && high > from && widestGap(at, from, high) >= bytes) {
    const found = findGap(at.left, from, min<u64>(at.first, high), bytes, unit);
    if (found != NO_GAP) return found;
    from = max<u64>(from, at.last + 1);
    at = at.right;
  }
  if (at != null || high <= from) return NO_GAP;
  const start = alignUp(from, unit);
  return start >= from && start < high && high - start >= bytes ? start : NO_GAP;
}

/** No free range from `from` to `high` that touches the tree is wider. */
function widestGap(tree: Region, from: u64, high: u64): u64 {
  const before: u64 = tree.lowest > from ? tree.lowest - from : 0;
  const after: u64 = high > tree.highest ? high - tree.highest - 1 : 0;
  return max<u64>(tree.gap, max<u64>(before, after));
}

/** Divides a tree into what begins below `address` and the rest: `lower` and `upper`. */
function divide(tree: Region | null, address: u64): void {
  if (tree == null) {
    lower = null;
    upper = null;
  } else if (tree.first < address) {
    divide(tree.right, address);
    tree.right = lower;
    refresh(tree);
    lower = tree;
  } else {
    divide(tree.left, address);
    tree.left = upper;
    refresh(tree);
    upper = tree;
  }
}

/** Takes the highest region out: `popped`. */
function popLast(tree: Region | null): Region | null {
  if (tree == null) {
    popped = null;
    return null;
  }
  if (tree.right == null) {
    popped = tree;
    const rest = tree.left;
    tree.left = null;
    refresh(tree);
    return rest;
  }
  tree.right = popLast(tree.right);
  refresh(tree);
  return tree;
}

/** One tree of two, the first of which lies below the second. */
function join(below: Region | null, above: Region | null): Region | null {
  if (below == null) return above;
  return joinSome(below, above);
}

function joinSome(below: Region | null, above: Region | null): Region {
  if (below == null) return changetype<Region>(above);
  if (above == null) return below;
  if (below.priority > above.priority) {
    below.right = joinSome(below.right, above);
    refresh(below);
    return below;
  }
  above.left = joinSome(below, above.left);
  refresh(above);
  return above;
}

/** Brings up to date what `region` knows of the tree below it. */
function refresh(region: Region): void {
  const left = region.left;
  const right = region.right;
  let gap: u64 = 0;
  region.lowest = region.first;
  region.highest = region.last;
  if (left != null) {
    region.lowest = left.lowest;
    gap = max<u64>(left.gap, region.first - left.highest - 1);
  }
  if (right != null) {
    region.highest = right.highest;
    gap = max<u64>(gap, max<u64>(right.gap, right.lowest - region.last - 1));
  }
  region.gap = gap;
}
