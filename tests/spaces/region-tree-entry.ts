import { Region } from "../../kernel/spaces/region";
import {
  before,
  cut,
  findGap,
  findIn,
  firstFrom,
  insert,
  isFree,
  mend,
  move,
  taken,
  takeOut,
  UNKNOWN,
} from "../../kernel/spaces/region-tree";

/** A tree of regions for tests, which bring the regions by number. */
const CAPACITY: u32 = 4096;
const regions = memory.data(294912, 8);
if (4096 * 72 != 294912) ERROR("regions holds CAPACITY regions");

let tree: Region | null = null;

function region(index: u32): Region {
  assert(index < CAPACITY);
  return changetype<Region>(regions + <usize>index * offsetof<Region>());
}

function indexOf(found: Region | null): i32 {
  return found == null ? -1 : <i32>((changetype<usize>(found) - regions) / offsetof<Region>());
}

export function clear(): void {
  tree = null;
}

export function add(index: u32, first: u64, last: u64, priority: u32): void {
  const made = region(index);
  made.first = first;
  made.last = last;
  made.priority = priority;
  made.rights = 6;
  tree = insert(tree, made);
}

export function find(address: u64): i32 {
  return indexOf(findIn(tree, address));
}
export function from(address: u64): i32 {
  return indexOf(firstFrom(tree, address));
}
/** The region before the one that `from` found last. */
export function beforeIt(): i32 {
  return indexOf(before());
}
export function free(first: u64, last: u64): bool {
  return isFree(tree, first, last);
}
export function gap(low: u64, high: u64, bytes: u64, unit: u64): u64 {
  return findGap(tree, low, high, bytes, unit);
}
export function take(first: u64, last: u64): void {
  tree = takeOut(tree, first, last);
}
/** The lowest region that was taken and ends at or above `address`. */
export function takenFrom(address: u64): i32 {
  return indexOf(firstFrom(taken(), address));
}
export function divideAt(address: u64, rest: u32, priority: u32): void {
  region(rest).priority = priority;
  tree = cut(tree, address, region(rest));
}
export function mendAt(address: u64): i32 {
  tree = mend(tree, address);
  return indexOf(taken());
}
export function grow(index: u32, last: u64): void {
  move(tree, region(index), region(index).first, last);
}
export function firstOf(index: u32): u64 {
  return region(index).first;
}
export function lastOf(index: u32): u64 {
  return region(index).last;
}

/** Depth of the tree, or -1 when a region contradicts what lies below it. */
export function depth(): i32 {
  return depthOf(tree);
}

function depthOf(at: Region | null): i32 {
  if (at == null) return 0;
  const left = depthOf(at.left);
  const right = depthOf(at.right);
  if (left < 0 || right < 0 || !isSound(at)) return -1;
  return max<i32>(left, right) + 1;
}

function isSound(at: Region): bool {
  const left = at.left;
  const right = at.right;
  if (left != null && (left.priority > at.priority || left.last >= at.first)) return false;
  if (right != null && (right.priority > at.priority || right.first <= at.last)) return false;
  return at.gap == UNKNOWN || knowsRight(at);
}

/** Who knows has only those below it who know. */
function knowsRight(at: Region): bool {
  const left = at.left;
  const right = at.right;
  let gap: u64 = 0;
  if (left != null) {
    if (left.gap == UNKNOWN || left.highest >= at.first || at.lowest != left.lowest) return false;
    gap = max<u64>(left.gap, at.first - left.highest - 1);
  } else if (at.lowest != at.first) return false;
  if (right != null) {
    if (right.gap == UNKNOWN || right.lowest <= at.last || at.highest != right.highest) return false;
    gap = max<u64>(gap, max<u64>(right.gap, right.lowest - at.last - 1));
  } else if (at.highest != at.last) return false;
  return at.gap == gap;
}
