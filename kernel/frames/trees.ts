import { physLoad64, physStore64 } from "platform";
import { nodeCount } from "./nodes";
import { treesAddress } from "./table";

/**
 * Sets of areas, as trees of 64-bit words: the lowest member at or above an area is found in a step for each level, of which 16 TiB have
 * four. Each node has one set for each place in which an area can be found (`Place` in `areas.ts`), and one of runs (`whole-runs.ts`).
 *
 *     level 1   bit n: word n of level 0 is not 0
 *     level 0   bit n: area n is a member
 *
 * All of it under the node's lock.
 */
export const NODE_TREES: u32 = 5;
export const NO_AREA: u32 = 0xffff_ffff;

const MAX_LEVELS: u32 = 4;
/** Words before each level of a tree; [levels] is the size of a tree. */
const levelStarts = memory.data(20, 4);
if ((4 + 1) * 4 != 20) ERROR("levelStarts has MAX_LEVELS + 1 entries");
let levels: u32 = 0;

/** Lays trees of `members` out, counted from 0; returns the bytes of all of them. */
export function planTrees(members: u32): u64 {
  levels = 0;
  let words = members;
  let start: u32 = 0;
  do {
    assert(levels < MAX_LEVELS, "frame numbers have 32 bits");
    words = (words + 63) >> 6;
    store<u32>(levelStarts + ((<usize>levels) << 2), start);
    start += words;
    levels++;
  } while (words > 1);
  store<u32>(levelStarts + ((<usize>levels) << 2), start);
  return <u64>start * treeCount() * 8;
}

/** Trees of all nodes together. */
export function treeCount(): u32 {
  return NODE_TREES * nodeCount();
}

function levelStart(level: u32): u32 {
  return load<u32>(levelStarts + ((<usize>level) << 2));
}

function treeWord(tree: u32, level: u32, word: u32): u64 {
  const place = tree * levelStart(levels) + levelStart(level) + word;
  return treesAddress() + ((<u64>place) << 3);
}

function bitOf(index: u32): u64 {
  return (<u64>1) << ((<u64>index) & 63);
}

export function treeAdd(tree: u32, area: u32): void {
  let index = area;
  for (let level: u32 = 0; level < levels; level++) {
    const at = treeWord(tree, level, index >> 6);
    const before = physLoad64(at);
    physStore64(at, before | bitOf(index));
    if (before != 0) return;
    index >>= 6;
  }
}

/** Adds all areas from `first` to before `end`, of which there must be one: a word at a time. */
export function treeAddRange(tree: u32, first: u32, end: u32): void {
  let low = first;
  let high = end - 1;
  for (let level: u32 = 0; level < levels; level++) {
    for (let word = low >> 6; word <= high >> 6; word++) addBits(treeWord(tree, level, word), bitsIn(word, low, high));
    low >>= 6;
    high >>= 6;
  }
}

function addBits(at: u64, bits: u64): void {
  physStore64(at, physLoad64(at) | bits);
}

/** The bits of word `word` that are numbers from `low` to `high`, inclusive. */
function bitsIn(word: u32, low: u32, high: u32): u64 {
  const from: u64 = word == low >> 6 ? u64.MAX_VALUE << ((<u64>low) & 63) : u64.MAX_VALUE;
  const until: u64 = word == high >> 6 ? u64.MAX_VALUE >> (63 - ((<u64>high) & 63)) : u64.MAX_VALUE;
  return from & until;
}

export function treeRemove(tree: u32, area: u32): void {
  let index = area;
  for (let level: u32 = 0; level < levels; level++) {
    const at = treeWord(tree, level, index >> 6);
    const after = physLoad64(at) & ~bitOf(index);
    physStore64(at, after);
    if (after != 0) return;
    index >>= 6;
  }
}

export function treeHas(tree: u32, area: u32): bool {
  return (physLoad64(treeWord(tree, 0, area >> 6)) & bitOf(area)) != 0;
}

/** Has it no members? The highest level is one word. */
function isEmpty(tree: u32): bool {
  return physLoad64(treeWord(tree, levels - 1, 0)) == 0;
}

/** The lowest member at or above `from` and below `end`, or `NO_AREA`. */
export function treeNext(tree: u32, from: u32, end: u32): u32 {
  // Who looks for the next area asks all trees, most of which are empty.
  if (isEmpty(tree)) return NO_AREA;
  let index = from;
  for (let level: u32 = 0; level < levels; level++) {
    const word = index >> 6;
    if (word >= levelStart(level + 1) - levelStart(level)) return NO_AREA;
    const rest = physLoad64(treeWord(tree, level, word)) & (u64.MAX_VALUE << ((<u64>index) & 63));
    if (rest != 0) {
      const found = descend(tree, level, (word << 6) | (<u32>ctz<u64>(rest)));
      return found < end ? found : NO_AREA;
    }
    index = word + 1;
  }
  return NO_AREA;
}

/** The lowest member below bit `index` of `level`. */
function descend(tree: u32, level: u32, index: u32): u32 {
  let found = index;
  for (let below = level; below > 0; below--) {
    found = (found << 6) | (<u32>ctz<u64>(physLoad64(treeWord(tree, below - 1, found))));
  }
  return found;
}

/** Does every bit of the upper levels say what is below it? For `validate`. */
export function isTreeConsistent(tree: u32): bool {
  for (let level: u32 = 1; level < levels; level++) {
    const below = levelStart(level) - levelStart(level - 1);
    for (let word: u32 = 0; word < below; word++) {
      const says = (physLoad64(treeWord(tree, level, word >> 6)) & bitOf(word)) != 0;
      if (says != (physLoad64(treeWord(tree, level - 1, word)) != 0)) return false;
    }
  }
  return true;
}
