import { physAnd64, physOr64 } from "platform";
import { addFree, areaNode, holdLocked, openLocked, Place, setShelved, settleLocked, treeOf } from "./areas";
import { CpuCache, pushShelf, SHELF_STEP } from "./cpu-cache";
import { NO_ORDINAL } from "./locate";
import { lockNode, unlockNode } from "./lock";
import { NodeCount } from "./node-count";
import { countTaken } from "./node-counts";
import { nodeCountOf } from "./node-words";
import { nearestNode, nodeCount } from "./nodes";
import { FrameOwner } from "./owners";
import { choiceEnd, choiceFirst, CHOICES, NO_LIMIT } from "./preference";
import { drain } from "./refill";
import { AREA_FRAMES, AREA_SHIFT, AREA_WORDS, areaCount, physicalArea } from "./spans";
import { areStates, fillStates, freeWord, KNOWN_ZERO, stateAt, wordAddress, wordMask } from "./table";
import { NO_AREA, treeNext } from "./trees";
import { highMark } from "./watermarks";
import { findRunLocked } from "./whole-runs";
import { zeroRow } from "./zeroing";

/**
 * Finding blocks. Orders 0 to 8 lie within an area: an aligned run of bits in a word, or 2 or 4 whole words. Orders from 9 on are
 * aligned runs of whole areas of one node.
 */

/** Partly free areas of each place that are tried before a whole one is broken. */
const TRIES: u32 = 8;
const WORD_ORDER: u32 = 6;

/**
 * Takes a block of order 0 to 8 below frame `limit`, from the CPU's node or by distance; returns its first ordinal, or `NO_ORDINAL`. Its
 * states are left to the caller.
 */
export function takeSmall(cache: CpuCache, order: u32, limit: u64): u32 {
  let ordinal = NO_ORDINAL;
  for (let rank: u32 = 0; rank < nodeCount() && ordinal == NO_ORDINAL; rank++) {
    ordinal = takeSmallOf(cache, nearestNode(cache.node, rank), order, limit);
  }
  return ordinal;
}

/** The same from `node` alone. */
export function takeSmallOf(cache: CpuCache, node: u32, order: u32, limit: u64): u32 {
  const ordinal = takeSmallOnce(cache, node, order, limit);
  if (ordinal != NO_ORDINAL) return ordinal;
  drain(cache);
  return takeSmallOnce(cache, node, order, limit);
}

function takeSmallOnce(cache: CpuCache, node: u32, order: u32, limit: u64): u32 {
  cache.isActive = 1;
  const hasArea = cache.area != NO_AREA && areaNode(cache.area) == node;
  lockNode(node);
  let ordinal = hasArea ? takeRunLocked(cache.area, order, limit) : NO_ORDINAL;
  for (let choice: u32 = 0; choice < CHOICES && ordinal == NO_ORDINAL; choice++) {
    ordinal = fromPartlyLocked(node, choice, order, limit, TRIES);
    if (ordinal == NO_ORDINAL) ordinal = fromWholeLocked(node, choice, order, limit);
  }
  for (let choice: u32 = 0; choice < CHOICES && ordinal == NO_ORDINAL; choice++) {
    ordinal = fromPartlyLocked(node, choice, order, limit, u32.MAX_VALUE);
  }
  if (ordinal == NO_ORDINAL) ordinal = fromReservedLocked(node, order, limit);
  unlockNode(node);
  return ordinal;
}

function fromPartlyLocked(node: u32, choice: u32, order: u32, limit: u64, tries: u32): u32 {
  const end = choiceEnd(choice, limit);
  for (let place = Place.PARTLY; place <= Place.LAST_PARTLY; place++) {
    let area = treeNext(treeOf(node, place), choiceFirst(choice), end);
    for (let tried: u32 = 0; tried < tries && area != NO_AREA; tried++) {
      const ordinal = takeRunLocked(area, order, limit);
      if (ordinal != NO_ORDINAL) return ordinal;
      area = treeNext(treeOf(node, place), area + 1, end);
    }
  }
  return NO_ORDINAL;
}

/** Breaks the first whole area. Only the last area below a limit can lack a run that lies below it. */
function fromWholeLocked(node: u32, choice: u32, order: u32, limit: u64): u32 {
  const area = treeNext(treeOf(node, Place.WHOLE), choiceFirst(choice), choiceEnd(choice, limit));
  if (area == NO_AREA || !endsBelow(area, (<u32>1) << order, limit)) return NO_ORDINAL;
  openLocked(area);
  return takeRunLocked(area, order, limit);
}

/** Areas that other CPUs have reserved. */
function fromReservedLocked(node: u32, order: u32, limit: u64): u32 {
  const tree = treeOf(node, Place.RESERVED);
  for (let area = treeNext(tree, 0, areaCount()); area != NO_AREA; area = treeNext(tree, area + 1, areaCount())) {
    const ordinal = takeRunLocked(area, order, limit);
    if (ordinal != NO_ORDINAL) return ordinal;
  }
  return NO_ORDINAL;
}

function endsBelow(area: u32, frames: u32, limit: u64): bool {
  return ((<u64>physicalArea(area)) << AREA_SHIFT) + frames <= limit;
}

/** Takes the lowest run of an area, if it lies below `limit`; returns its ordinal. The area then goes where it belongs. */
function takeRunLocked(area: u32, order: u32, limit: u64): u32 {
  const ordinal = order <= WORD_ORDER ? takeInWord(area, order, limit) : takeWords(area, order, limit);
  if (ordinal == NO_ORDINAL) return NO_ORDINAL;
  addFree(area, -(1 << (<i32>order)));
  settleLocked(area);
  return ordinal;
}

function takeInWord(area: u32, order: u32, limit: u64): u32 {
  const size: u32 = 1 << order;
  const first = area * AREA_WORDS;
  for (let word = first; word < first + AREA_WORDS; word++) {
    for (let runs = runsIn(freeWord(word), order); runs != 0; runs &= runs - 1) {
      const bit = <u32>ctz<u64>(runs);
      if (!endsBelow(area, ((word - first) << 6) + bit + size, limit)) return NO_ORDINAL;
      if (takeBits(word, wordMask(bit, size))) return (word << 6) | bit;
    }
  }
  return NO_ORDINAL;
}

/** The lowest bit of each aligned run of 2^order bits that are all set. */
function runsIn(word: u64, order: u32): u64 {
  let runs = word;
  for (let done: u32 = 0; done < order; done++) runs &= runs >> ((<u64>1) << (<u64>done));
  const size: u32 = 1 << order;
  return size == 64 ? runs & 1 : runs & (u64.MAX_VALUE / (((<u64>1) << (<u64>size)) - 1));
}

/** All of the bits or none: the CPU that has the area reserved may have been faster. */
function takeBits(word: u32, mask: u64): bool {
  const found = physAnd64(wordAddress(word), ~mask) & mask;
  if (found == mask) return true;
  if (found != 0) physOr64(wordAddress(word), found);
  return false;
}

function takeWords(area: u32, order: u32, limit: u64): u32 {
  const size: u32 = 1 << (order - WORD_ORDER);
  const first = area * AREA_WORDS;
  for (let word = first; word < first + AREA_WORDS; word += size) {
    if (!endsBelow(area, (word - first + size) << 6, limit)) return NO_ORDINAL;
    if (takeAllWords(word, size)) return word << 6;
  }
  return NO_ORDINAL;
}

function takeAllWords(word: u32, count: u32): bool {
  for (let i: u32 = 0; i < count; i++) if (freeWord(word + i) != u64.MAX_VALUE) return false;
  for (let taken: u32 = 0; taken < count; taken++) {
    if (takeBits(word + taken, u64.MAX_VALUE)) continue;
    for (let i: u32 = 0; i < taken; i++) physOr64(wordAddress(word + i), u64.MAX_VALUE);
    return false;
  }
  return true;
}

/**
 * Takes `count` (a power of two) whole areas in a row for `owner`, below frame `limit`, from the CPU's node or by distance; returns the
 * first, or `NO_AREA`.
 */
export function takeAreas(cache: CpuCache, count: u32, owner: u32, limit: u64): u32 {
  let area = NO_AREA;
  for (let rank: u32 = 0; rank < nodeCount() && area == NO_AREA; rank++) {
    area = takeAreasOf(cache, nearestNode(cache.node, rank), count, owner, limit);
  }
  return area;
}

/** The same from `node` alone. */
export function takeAreasOf(cache: CpuCache, node: u32, count: u32, owner: u32, limit: u64): u32 {
  cache.isActive = 1;
  const area = takeAreasOnce(node, count, owner, limit);
  if (area != NO_AREA) return area;
  drain(cache);
  return takeAreasOnce(node, count, owner, limit);
}

function takeAreasOnce(node: u32, count: u32, owner: u32, limit: u64): u32 {
  lockNode(node);
  const area = findAreasLocked(node, count, limit);
  if (area != NO_AREA) for (let i: u32 = 0; i < count; i++) holdLocked(area + i, owner);
  unlockNode(node);
  return area;
}

function findAreasLocked(node: u32, count: u32, limit: u64): u32 {
  // An area that reaches beyond the limit is left out, so that all of a run is below.
  for (let choice: u32 = 0; choice < CHOICES; choice++) {
    // A run may begin in the first area of all: the last two choices are one for it.
    const first = choice == 1 && count > 1 ? 0 : choiceFirst(choice);
    const area = findAreasBetween(node, first, choiceEnd(choice, limit & ~(<u64>AREA_FRAMES - 1)), count);
    if (area != NO_AREA) return area;
  }
  return NO_AREA;
}

function findAreasBetween(node: u32, first: u32, end: u32, count: u32): u32 {
  if (count == 1) return treeNext(treeOf(node, Place.WHOLE), first, end);
  return findRunLocked(node, <u32>ctz<u32>(count), first, end);
}

/**
 * Takes areas for the shelf, after an allocation that has found it empty: of the CPU's node, while that has plenty, and only those that need not be
 * zeroed for it. The lowest is to be taken first.
 */
export function fillShelf(cache: CpuCache): void {
  const taken: u64 = <u64>SHELF_STEP * AREA_FRAMES;
  if (nodeCountOf(cache.node, NodeCount.FREE) < highMark(cache.node) + 2 * taken) return;
  lockNode(cache.node);
  fillShelfLocked(cache, SHELF_STEP);
  unlockNode(cache.node);
}

function fillShelfLocked(cache: CpuCache, areas: u32): void {
  const area = areas == 0 ? NO_AREA : findAreasLocked(cache.node, 1, NO_LIMIT);
  if (area == NO_AREA || !isAllZero(area)) return;
  holdLocked(area, FrameOwner.FREE);
  setShelved(area);
  countTaken(cache, cache.node, cache.node, AREA_FRAMES);
  fillShelfLocked(cache, areas - 1);
  pushShelf(cache, area, physicalArea(area) << AREA_SHIFT);
}

/** Makes the frames of a held area zero, and its states say so. */
export function zeroArea(area: u32): void {
  if (isAllZero(area)) return;
  const ordinal = area << AREA_SHIFT;
  zeroRuns(ordinal, AREA_FRAMES, physicalArea(area) << AREA_SHIFT);
  fillStates(ordinal, AREA_FRAMES, KNOWN_ZERO);
}

/** Are all frames of a whole or held area known to be zero? */
function isAllZero(area: u32): bool {
  return areStates(area << AREA_SHIFT, AREA_FRAMES, KNOWN_ZERO);
}

/** Zeroes those of `count` frames that are not known to be zero, runs of them at once. */
export function zeroRuns(ordinal: u32, count: u32, first: u32): void {
  let run: u32 = 0;
  for (let i: u32 = 0; i <= count; i++) {
    if (i < count && stateAt(ordinal + i) != KNOWN_ZERO) {
      run++;
    } else if (run != 0) {
      zeroRow(first + i - run, run);
      run = 0;
    }
  }
}
