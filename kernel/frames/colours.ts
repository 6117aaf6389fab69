import { directStore8, frameZero, physAnd64 } from "platform";
import { PAGE_SHIFT } from "../address/pages";
import { addFree, areaNode, openLocked, Place, settleLocked, treeOf } from "./areas";
import { zeroRuns } from "./blocks";
import { CpuCache, ownCache } from "./cpu-cache";
import { allocated, refused } from "./events";
import { Frame } from "./frame";
import { NO_ORDINAL } from "./locate";
import { lockNode, unlockNode } from "./lock";
import { countTaken } from "./node-counts";
import { nearestNode, nodeCount } from "./nodes";
import { isAllocatable } from "./owners";
import { choiceEnd, choiceFirst, CHOICES, NO_LIMIT } from "./preference";
import { reclaim, refillByAllMeans } from "./pressure";
import { drain } from "./refill";
import { AREA_FRAMES, AREA_SHIFT, AREA_WORDS, areaCount, physicalArea } from "./spans";
import { freeWord, setState, SINGLE, wordAddress } from "./table";
import { NO_AREA, treeNext } from "./trees";
import { isDenied } from "./watched";

/**
 * Frames by colour: frame number modulo the number of colours, which is a power of two up to 64 (`kernel/cpu/caches.ts`). A task that
 * has some colours of the cache to itself is not slowed by what others do with the rest.
 *
 * Colours are bits of a word's number, so that a word of the bitmap has 64 / colours frames of each:
 *
 *     4 colours, word    3 2 1 0 3 2 1 0 … 3 2 1 0
 *     mask of colour 1   0 0 1 0 0 0 1 0 … 0 0 1 0
 *
 * Who allocates without colours knows nothing of this, and costs what it did.
 */
const EVERY_BIT: u64 = u64.MAX_VALUE;
/** Partly free areas of each place that are looked at before a whole one is broken, which has every colour. */
const TRIES: u32 = 4;

let colours: u32 = 1;

/** At bring-up; `count` is a power of two up to 64. */
export function setColours(count: u32): void {
  assert(count != 0 && count <= 64 && (count & (count - 1)) == 0, "colours are a power of two up to 64");
  colours = count;
}

export function colourCount(): u32 {
  return colours;
}

/**
 * Which colours somebody may have, a bit for each, and which is next: the only state of colouring, 16 bytes where its user wants them.
 * Zeros, as memory begins, allow none.
 */
@unmanaged
@final
export class ColourSet {
  allowed: u64;
  next: u32;
  reserved: u32;

  static at(address: usize): ColourSet {
    return changetype<ColourSet>(address);
  }

  /** From here on only these; those that the machine does not have do not count. */
  allow(set: u64): void {
    this.allowed = set;
    this.next = 0;
  }
}
if (offsetof<ColourSet>() != 16) ERROR("a ColourSet is 16 bytes");

/**
 * One zeroed frame of a colour in `set`; `Frame.none()` when none of its colours has a frame, be there others or not: a set is a promise.
 * Colours take turns: while each has some left, of any run of frames allocated no colour has two more than another.
 */
export function allocateFrameColoured(set: ColourSet, owner: u32): Frame {
  assert(isAllocatable(owner), "frames are not allocated for this owner");
  if (isDenied()) return refused(0);
  const cache = ownCache();
  if ((cache.own | cache.unknown) == 0) refillByAllMeans(cache);
  let frame = takeTurns(cache, set, owner);
  if (frame.isNone && reclaim(cache, cache.node, 1)) frame = takeTurns(cache, set, owner);
  return frame.isNone ? refused(0) : frame;
}

/** The next colour's frame, or when that has none left, of the one after it, and so on. */
function takeTurns(cache: CpuCache, set: ColourSet, owner: u32): Frame {
  let rest = set.allowed & lowBits(colours);
  while (rest != 0) {
    const colour = nextColour(rest, set.next);
    const frame = takeColour(cache, maskOf(colour), owner);
    if (!frame.isNone) {
      set.next = (colour + 1) & 63;
      return allocated(frame, 0, owner);
    }
    rest &= ~((<u64>1) << (<u64>colour));
  }
  return Frame.none();
}

/** The first colour of `rest` from `from` on, and then from 0 on. */
function nextColour(rest: u64, from: u32): u32 {
  const above = rest & (EVERY_BIT << (<u64>from));
  return <u32>ctz<u64>(above != 0 ? above : rest);
}

function lowBits(count: u32): u64 {
  return EVERY_BIT >> (64 - <u64>count);
}

/** The bits of a word that have a colour. */
function maskOf(colour: u32): u64 {
  return (EVERY_BIT / lowBits(colours)) << (<u64>colour);
}

/** Where one is likely to be; then, with nothing kept back for the CPU, wherever one may be. */
function takeColour(cache: CpuCache, mask: u64, owner: u32): Frame {
  const frame = takeWithin(cache, mask, TRIES, owner);
  if (!frame.isNone) return frame;
  drain(cache);
  return takeWithin(cache, mask, u32.MAX_VALUE, owner);
}

function takeWithin(cache: CpuCache, mask: u64, tries: u32, owner: u32): Frame {
  const known = cache.own & mask;
  if (known != 0) return handOut(cache, <u32>ctz<u64>(known), owner);
  const unknown = cache.unknown & mask;
  if (unknown != 0) return zeroAndHandOut(cache, <u32>ctz<u64>(unknown), owner);
  const ordinal = takeFromAreas(cache, mask, tries);
  return ordinal == NO_ORDINAL ? Frame.none() : adopt(cache, ordinal, owner);
}

/** A frame of the own word, known to be zero. */
function handOut(cache: CpuCache, bit: u32, owner: u32): Frame {
  cache.own &= ~((<u64>1) << (<u64>bit));
  const frame = cache.ownFirst + bit;
  directStore8(cache.ownStates + bit, <u8>(owner | SINGLE));
  return Frame.of(<u32>frame);
}

function zeroAndHandOut(cache: CpuCache, bit: u32, owner: u32): Frame {
  const own = (<u64>1) << (<u64>bit);
  frameZero((cache.ownFirst + bit) << PAGE_SHIFT);
  cache.unknown &= ~own;
  cache.own |= own;
  return handOut(cache, bit, owner);
}

/** A frame of the bitmap, taken out already. */
function adopt(cache: CpuCache, ordinal: u32, owner: u32): Frame {
  const first = (physicalArea(ordinal >> AREA_SHIFT) << AREA_SHIFT) + (ordinal & (AREA_FRAMES - 1));
  countTaken(cache, areaNode(ordinal >> AREA_SHIFT), cache.node, 1);
  zeroRuns(ordinal, 1, first);
  setState(ordinal, owner | SINGLE);
  return Frame.of(first);
}

/**
 * Takes one of the bits in `mask` out of the bitmap, from the CPU's node or by distance; returns its ordinal, or `NO_ORDINAL`. With few
 * tries the search does not grow with RAM; with all of them it is sure, and looks at every area when a colour is short.
 */
function takeFromAreas(cache: CpuCache, mask: u64, tries: u32): u32 {
  let ordinal = NO_ORDINAL;
  for (let rank: u32 = 0; rank < nodeCount() && ordinal == NO_ORDINAL; rank++) {
    ordinal = takeFromNode(cache, nearestNode(cache.node, rank), mask, tries);
  }
  return ordinal;
}

function takeFromNode(cache: CpuCache, node: u32, mask: u64, tries: u32): u32 {
  const hasArea = cache.area != NO_AREA && areaNode(cache.area) == node;
  lockNode(node);
  let ordinal = hasArea ? takeBitLocked(cache.area, mask) : NO_ORDINAL;
  for (let choice: u32 = 0; choice < CHOICES && ordinal == NO_ORDINAL; choice++) {
    ordinal = fromPartlyLocked(node, choice, mask, tries);
    if (ordinal == NO_ORDINAL) ordinal = fromWholeLocked(node, choice, mask);
  }
  if (ordinal == NO_ORDINAL) ordinal = fromReservedLocked(node, mask);
  unlockNode(node);
  return ordinal;
}

function fromPartlyLocked(node: u32, choice: u32, mask: u64, tries: u32): u32 {
  const end = choiceEnd(choice, NO_LIMIT);
  for (let place = Place.PARTLY; place <= Place.LAST_PARTLY; place++) {
    let area = treeNext(treeOf(node, place), choiceFirst(choice), end);
    for (let tried: u32 = 0; tried < tries && area != NO_AREA; tried++) {
      const ordinal = takeBitLocked(area, mask);
      if (ordinal != NO_ORDINAL) return ordinal;
      area = treeNext(treeOf(node, place), area + 1, end);
    }
  }
  return NO_ORDINAL;
}

/** A whole area has every colour. */
function fromWholeLocked(node: u32, choice: u32, mask: u64): u32 {
  const area = treeNext(treeOf(node, Place.WHOLE), choiceFirst(choice), choiceEnd(choice, NO_LIMIT));
  if (area == NO_AREA) return NO_ORDINAL;
  openLocked(area);
  return takeBitLocked(area, mask);
}

/** Areas that CPUs have reserved. */
function fromReservedLocked(node: u32, mask: u64): u32 {
  const tree = treeOf(node, Place.RESERVED);
  for (let area = treeNext(tree, 0, areaCount()); area != NO_AREA; area = treeNext(tree, area + 1, areaCount())) {
    const ordinal = takeBitLocked(area, mask);
    if (ordinal != NO_ORDINAL) return ordinal;
  }
  return NO_ORDINAL;
}

/** Takes the lowest bit in `mask` of an area, which then goes where it belongs. */
function takeBitLocked(area: u32, mask: u64): u32 {
  const first = area * AREA_WORDS;
  for (let word = first; word < first + AREA_WORDS; word++) {
    const bit = takeLowest(word, mask);
    if (bit == 64) continue;
    addFree(area, -1);
    settleLocked(area);
    return (word << 6) | bit;
  }
  return NO_ORDINAL;
}

/** The bit taken, or 64. The CPU that has the area reserved may be faster: then the next one. */
function takeLowest(word: u32, mask: u64): u32 {
  for (let rest = freeWord(word) & mask; rest != 0; rest &= rest - 1) {
    const lowest = rest & -rest;
    if ((physAnd64(wordAddress(word), ~lowest) & lowest) != 0) return <u32>ctz<u64>(rest);
  }
  return 64;
}
