import { alignUp } from "../address/pages";
import { Region } from "./region";

/**
 * The regions of a space: a treap (Seidel, Aragon: "Randomized search trees", 1996), ordered by address, heaped by each region's
 * priority, drawn when it is made. A region may know of the part of the tree below it how far it reaches and its widest gap, so that
 * a free range is found without visiting what is too full.
 *
 *                        ┌─────────────┐ lowest ……………………………… highest
 *                        │ first  last │ gap: the widest stretch between two
 *                        └──┬───────┬──┘ neighbours from lowest to highest
 *              all below first     all above last
 *
 * Who changes a tree makes all that it comes by forget that (`doubt`): a store, where knowing it again would take the children of each. Who
 * looks for a gap makes them know it (`survey`). Invariant: what is below one who knows, knows.
 *
 * Nothing here allocates: who changes a tree brings the regions, so that a change that has begun cannot fail. A tree is its topmost
 * region, or null; whoever changes one gets the new topmost back. Expected depth 2 ln n.
 */

/** The address of a word that leads to a tree: a region's `left` or `right`, or one of those below. */
type Link = usize;

/** Where trees hang while they are changed. */
const top: Link = memory.data(4, 4);
const lower: Link = memory.data(4, 4);
const middle: Link = memory.data(4, 4);
const upper: Link = memory.data(4, 4);

/** What was taken out. */
let popped: Region | null = null;
/** The neighbours of what was looked for, or taken out, last. */
let lowerNeighbour: Region | null = null;
let upperNeighbour: Region | null = null;

/** Of a region's `gap`: not known, nor `lowest` and `highest`. */
export const UNKNOWN: u64 = u64.MAX_VALUE;

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
  lowerNeighbour = below;
  return found;
}

/** The highest region that ends below where `firstFrom` looked last, or below what `takeOne` took out. */
export function before(): Region | null {
  return lowerNeighbour;
}

/** The lowest region above what `takeOne` took out. */
export function after(): Region | null {
  return upperNeighbour;
}

/** How many there are. */
export function regionsIn(tree: Region | null): u32 {
  let count: u32 = 0;
  let region = firstFrom(tree, 0);
  while (region != null) {
    count += 1;
    region = firstFrom(tree, region.last + 1);
  }
  return count;
}

/** Does nothing lie from `first` to `last`? */
export function isFree(tree: Region | null, first: u64, last: u64): bool {
  const next = firstFrom(tree, first);
  return next == null || next.first > last;
}

function hang(link: Link, tree: Region | null): void {
  store<usize>(link, changetype<usize>(tree));
}

function hanging(link: Link): Region | null {
  return changetype<Region | null>(load<usize>(link));
}

function leftLink(region: Region): Link {
  return changetype<usize>(region) + offsetof<Region>("left");
}

function rightLink(region: Region): Link {
  return changetype<usize>(region) + offsetof<Region>("right");
}

/** Something below it changes. */
function doubt(region: Region): void {
  region.gap = UNKNOWN;
}

/** Adds a region, which overlaps none: where the heap wants it, above what has lower priorities. */
export function insert(tree: Region | null, region: Region): Region {
  hang(top, tree);
  let link = top;
  let at = tree;
  while (at != null && at.priority >= region.priority) {
    doubt(at);
    link = region.first < at.first ? leftLink(at) : rightLink(at);
    at = hanging(link);
  }
  divide(at, region.first, leftLink(region), rightLink(region));
  doubt(region);
  hang(link, region);
  return changetype<Region>(hanging(top));
}

/** Takes the regions from `first` to `last` out. None may lie across the ends. What was taken is a tree: `taken()`. */
export function takeOut(tree: Region | null, first: u64, last: u64): Region | null {
  divide(tree, first, lower, middle);
  divide(hanging(middle), last + 1, middle, upper);
  popped = hanging(middle);
  join(hanging(lower), hanging(upper), top);
  return hanging(top);
}

/** Takes `region` out, which is in the tree. It is `taken()`; `before()` and `after()` are its neighbours. */
export function takeOne(tree: Region | null, region: Region): Region | null {
  hang(top, tree);
  const link = linkTo(region);
  findNeighboursBelow(region);
  join(region.left, region.right, link);
  region.left = null;
  region.right = null;
  doubt(region);
  popped = region;
  return hanging(top);
}

/** What leads to `region` in the tree at `top`. All above it are in doubt; those next to it among them are `before()` and `after()`. */
function linkTo(region: Region): Link {
  let link = top;
  let at = changetype<Region>(hanging(link));
  let below: Region | null = null;
  let above: Region | null = null;
  while (at != region) {
    doubt(at);
    if (region.first < at.first) {
      above = at;
      link = leftLink(at);
    } else {
      below = at;
      link = rightLink(at);
    }
    at = changetype<Region>(hanging(link));
  }
  lowerNeighbour = below;
  upperNeighbour = above;
  return link;
}

/** Those that hang below a region are nearer than those above it. */
function findNeighboursBelow(region: Region): void {
  let left = region.left;
  let right = region.right;
  while (left != null) {
    lowerNeighbour = left;
    left = left.right;
  }
  while (right != null) {
    upperNeighbour = right;
    right = right.left;
  }
}

/** What was taken out last. */
export function taken(): Region | null {
  return popped;
}

/** Cuts the region that holds both `address` and the byte below it in two; `rest` becomes the upper one. */
export function cut(tree: Region | null, address: u64, rest: Region): Region | null {
  const region = findIn(tree, address);
  if (region == null) return tree;
  rest.continueFrom(region, address);
  region.last = address - 1;
  // It comes by `region`, its neighbour.
  return insert(tree, rest);
}

/** Joins the region that begins at `address` to the one that ends below it, and takes it out: `taken()`. */
export function mend(tree: Region | null, address: u64): Region | null {
  const region = findIn(tree, address - 1);
  const rest = findIn(tree, address);
  if (region == null || rest == null || region == rest) return tree;
  const others = takeOne(tree, rest);
  move(others, region, region.first, rest.last);
  return others;
}

/**
 * The region that begins at `address`, or the lowest above it. The caller may move the ends of that one and of the one below it, as long as they
 * do not come to lie over or beyond another: the way to between them leads through both.
 */
export function comeBetween(tree: Region | null, address: u64): Region | null {
  let above: Region | null = null;
  let at = tree;
  while (at != null) {
    doubt(at);
    if (at.first < address) at = at.right;
    else {
      above = at;
      at = at.left;
    }
  }
  return above;
}

/** Moves the ends of `region`, which is in the tree, to `first` and `last`. It must not come to lie over or beyond another. */
export function move(tree: Region | null, region: Region, first: u64, last: u64): void {
  hang(top, tree);
  linkTo(region);
  doubt(region);
  region.first = first;
  region.last = last;
}

export const NO_GAP: u64 = u64.MAX_VALUE;

/**
 * The lowest free range of `bytes` that begins at or above `low` at a multiple of `unit`, and ends at or below `high`. Its first byte,
 * or NO_GAP. `low` and `high` are page boundaries, and no region ends at 2^64.
 */
export function findGap(tree: Region | null, low: u64, high: u64, bytes: u64, unit: u64): u64 {
  survey(tree);
  return gapIn(tree, low, high, bytes, unit);
}

function gapIn(tree: Region | null, low: u64, high: u64, bytes: u64, unit: u64): u64 {
  let at = tree;
  let from = low;
  while (at != null && high > from && widestGap(at, from, high) >= bytes) {
    const found = gapIn(at.left, from, min<u64>(at.first, high), bytes, unit);
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

/** Divides a tree into what begins below `address` and the rest, which hang from `low` and `high` then. */
function divide(tree: Region | null, address: u64, low: Link, high: Link): void {
  let at = tree;
  while (at != null) {
    doubt(at);
    if (at.first < address) {
      hang(low, at);
      low = rightLink(at);
      at = at.right;
    } else {
      hang(high, at);
      high = leftLink(at);
      at = at.left;
    }
  }
  hang(low, null);
  hang(high, null);
}

/** One tree of two, the first of which lies below the second, from `link`. */
function join(below: Region | null, above: Region | null, link: Link): void {
  while (below != null && above != null) {
    if (below.priority > above.priority) {
      doubt(below);
      hang(link, below);
      link = rightLink(below);
      below = below.right;
    } else {
      doubt(above);
      hang(link, above);
      link = leftLink(above);
      above = above.left;
    }
  }
  hang(link, below == null ? above : below);
}

/** Makes all below `tree` know how far it reaches, and its widest gap. */
function survey(tree: Region | null): void {
  if (tree == null || tree.gap != UNKNOWN) return;
  survey(tree.left);
  survey(tree.right);
  know(tree);
}

/** Both below it know. */
function know(region: Region): void {
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
