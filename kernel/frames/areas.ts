import { directAdd64, physAdd64, physLoad64, physStore64 } from "platform";
import { lockNode, unlockNode } from "./lock";
import { NodeCount } from "./node-count";
import { addNodeCount } from "./node-words";
import { AREA_FRAMES, AREA_SHIFT, AREA_WORDS } from "./spans";
import { entryAddress, fillStates, SINGLE, wordAddress } from "./table";
import { NODE_TREES, treeAdd, treeAddRange, treeRemove } from "./trees";
import { addRunsLocked, addRunsOfRangeLocked, removeRunsLocked } from "./whole-runs";

/**
 * What is known of an area, in one word:
 *
 *     63                   32 31    24 23    17 16 15     8 7      0
 *     +----------------------+--------+--------+--+--------+--------+
 *     |   free, signed       |  CPU   |  node  |R | owner  | place  |
 *     +----------------------+--------+--------+--+--------+--------+
 *     free   bits set in its bitmap words. Who frees sets the bit first and adds later; who takes clears first and subtracts later.
 *            Only who has the area RESERVED or the lock takes: elsewhere `free` is never more than there are, and 512 is the truth.
 *     CPU    who has it RESERVED
 *     node   for ever; who has the area knows it, and locks by it
 *     R      its references have been made (`sharing.ts`)
 *     owner  of an area that is HELD
 *
 * Places, and how an area gets from one to another, always under the node's lock but for HELD ⇄ SHELVED:
 *
 *     1  FULL, PARTLY, WHOLE ─── frames freed, blocks taken ───▶ where `free` belongs     settleLocked
 *     2  PARTLY, WHOLE ── a CPU takes it for its next words ──▶ RESERVED                  reserveLocked
 *     3  RESERVED ── no word of it is left, or a drain ──▶ as 1                           returnLocked
 *     4  WHOLE ── a block of order 9 or more ──▶ HELD                                     holdLocked
 *     5  HELD ── freed at once, the shelf is full ──▶ WHOLE                               retireLocked
 *     6  HELD ── freed at once ──▶ SHELVED ── taken again ──▶ HELD                        allocator, by the CPU alone
 *     7  SHELVED ── a drain ──▶ WHOLE                                                     retireLocked
 *     8  HELD ── freed in part, or shared ──▶ FULL, its states written                    splitArea
 *
 * The bitmap words of an area that is WHOLE, HELD or SHELVED are 0 and its states are all FREE: it goes from one to another
 * without a look at its frames.
 */
export namespace Place {
  export const FULL: u32 = 0;
  /** 1 to 256 frames free; more, but not all. */
  export const PARTLY: u32 = 1;
  export const LAST_PARTLY: u32 = 2;
  /** All 512 free. */
  export const WHOLE: u32 = 3;
  /** Some CPU's. In a tree are areas in places PARTLY to RESERVED. */
  export const RESERVED: u32 = 4;
  /** A block, or part of one, of order 9 or more. */
  export const HELD: u32 = 5;
  export const SHELVED: u32 = 6;
}

const FREE_SHIFT: u64 = 32;
const CPU_SHIFT: u64 = 24;
const OWNER_SHIFT: u64 = 8;
const REFERENCES: u64 = 1 << 16;
const NODE_SHIFT: u64 = 17;
const NODE: u64 = 0x7f;
/** What an area keeps wherever it goes. */
const KEPT: u64 = REFERENCES | (NODE << NODE_SHIFT);
const BYTE: u64 = 0xff;

export function areaEntry(area: u32): u64 {
  return physLoad64(entryAddress(area));
}

export function areaNode(area: u32): u32 {
  return nodeOf(areaEntry(area));
}

/** At bring-up, before any of its frames is free. */
export function setAreaNode(area: u32, node: u32): void {
  physStore64(entryAddress(area), (<u64>node) << NODE_SHIFT);
}

export function placeOf(entry: u64): u32 {
  return <u32>(entry & BYTE);
}

export function heldBy(entry: u64): u32 {
  return <u32>((entry >> OWNER_SHIFT) & BYTE);
}

export function reservedBy(entry: u64): u32 {
  return <u32>((entry >> CPU_SHIFT) & BYTE);
}

export function freeIn(entry: u64): i32 {
  return <i32>((<i64>entry) >> (<i64>FREE_SHIFT));
}

export function hasReferences(entry: u64): bool {
  return (entry & REFERENCES) != 0;
}

export function nodeOf(entry: u64): u32 {
  return <u32>((entry >> NODE_SHIFT) & NODE);
}

/** Is it a block, or part of one, in memory of `node`? */
export function isHeldIn(entry: u64, node: u32): bool {
  return (entry & (BYTE | (NODE << NODE_SHIFT))) == (((<u64>node) << NODE_SHIFT) | Place.HELD);
}

/** The tree of a node's areas in `place`. */
export function treeOf(node: u32, place: u32): u32 {
  return node * NODE_TREES + place - 1;
}

/** Where an area belongs that nobody has and that has `free` free frames. */
export function placeFor(free: i32): u32 {
  if (free >= <i32>AREA_FRAMES) return Place.WHOLE;
  return free <= 0 ? Place.FULL : <u32>((free + 255) >> 8);
}

/** Adds to the free frames of an area and of its node, or takes away; returns the entry as it is then. */
export function addFree(area: u32, frames: i32): u64 {
  const entry = addToEntry(area, frames);
  addNodeCount(nodeOf(entry), NodeCount.FREE, frames);
  return entry;
}

function addToEntry(area: u32, frames: i32): u64 {
  const change: u64 = (<u64>(<i64>frames)) << FREE_SHIFT;
  return physAdd64(entryAddress(area), change) + change;
}

/** Frames have been put back into the bitmap of an area. Moves it if it belongs elsewhere now. */
export function noteFreed(area: u32, frames: u32): void {
  if (isMisplaced(addFree(area, frames))) settleSlowly(area);
}

/**
 * The same for one frame of the area whose entry is at `place` in the direct map; the node is told later. True when `settleSlowly` should be
 * asked: at the borders of places, and a little more often.
 */
// @ts-ignore: decorator
@inline
export function noteFreedOne(place: u64): bool {
  const entry = directAdd64(place, (<u64>1) << FREE_SHIFT) + ((<u64>1) << FREE_SHIFT);
  // The same as (free & 255) <= 1, in one instruction less.
  return (freeIn(entry) & 254) == 0;
}

function isMisplaced(entry: u64): bool {
  return placeOf(entry) <= Place.WHOLE && placeFor(freeIn(entry)) != placeOf(entry);
}

/** Moves an area that nobody has to where it belongs, if it is elsewhere. */
export function settleSlowly(area: u32): void {
  const entry = areaEntry(area);
  if (!isMisplaced(entry)) return;
  lockNode(nodeOf(entry));
  settleLocked(area);
  unlockNode(nodeOf(entry));
}

/** `settleSlowly` for who has the lock. */
export function settleLocked(area: u32): void {
  let entry = areaEntry(area);
  // Frames freed meanwhile by others may have missed that the place was about to change: look again.
  while (isMisplaced(entry)) {
    leaveTreeLocked(area, entry);
    const place = placeFor(freeIn(entry));
    if (place == Place.WHOLE) setWords(area, 0);
    if (place != Place.FULL) enterTreeLocked(area, nodeOf(entry), place);
    entry = changePlace(area, placeOf(entry), place);
  }
}

function changePlace(area: u32, from: u32, to: u32): u64 {
  const change: u64 = <u64>to - <u64>from;
  return physAdd64(entryAddress(area), change) + change;
}

function leaveTreeLocked(area: u32, entry: u64): void {
  const place = placeOf(entry);
  if (place != Place.FULL && place <= Place.RESERVED) treeRemove(treeOf(nodeOf(entry), place), area);
  if (place == Place.WHOLE) removeRunsLocked(nodeOf(entry), area);
}

function enterTreeLocked(area: u32, node: u32, place: u32): void {
  treeAdd(treeOf(node, place), area);
  if (place == Place.WHOLE) addRunsLocked(node, treeOf(node, place), area);
}

function setWords(area: u32, value: u64): void {
  for (let i: u32 = 0; i < AREA_WORDS; i++) physStore64(wordAddress(area * AREA_WORDS + i), value);
}

/** An area that is WHOLE becomes one whose frames are taken one by one: its words say what its place said. */
export function openLocked(area: u32): void {
  setWords(area, u64.MAX_VALUE);
}

/** Takes an area for `cpu`. */
export function reserveLocked(area: u32, cpu: u32): void {
  const entry = areaEntry(area);
  const place = placeOf(entry);
  leaveTreeLocked(area, entry);
  treeAdd(treeOf(nodeOf(entry), Place.RESERVED), area);
  if (place == Place.WHOLE) openLocked(area);
  physAdd64(entryAddress(area), <u64>Place.RESERVED - <u64>place + ((<u64>cpu) << CPU_SHIFT));
}

/** Gives a reserved area back. */
export function returnLocked(area: u32): void {
  const entry = areaEntry(area);
  const cpu = <u64>reservedBy(entry);
  leaveTreeLocked(area, entry);
  physAdd64(entryAddress(area), <u64>Place.FULL - <u64>Place.RESERVED - (cpu << CPU_SHIFT));
  settleLocked(area);
}

/** Takes a WHOLE area for `owner`. */
export function holdLocked(area: u32, owner: u32): void {
  const entry = areaEntry(area);
  leaveTreeLocked(area, entry);
  addNodeCount(nodeOf(entry), NodeCount.FREE, -(<i64>AREA_FRAMES));
  setHeld(area, owner);
}

/** A HELD or SHELVED area is WHOLE again. */
export function retireLocked(area: u32): void {
  const kept = areaEntry(area) & KEPT;
  physStore64(entryAddress(area), ((<u64>AREA_FRAMES) << FREE_SHIFT) | kept | Place.WHOLE);
  enterTreeLocked(area, nodeOf(kept), Place.WHOLE);
  addNodeCount(nodeOf(kept), NodeCount.FREE, AREA_FRAMES);
}

/** Areas of `node`, from `first` to before `end`, none of whose frames was ever allocated, are WHOLE: a step for each, whatever there are. */
export function addWholeLocked(first: u32, end: u32, node: u32): void {
  const entry = ((<u64>AREA_FRAMES) << FREE_SHIFT) | ((<u64>node) << NODE_SHIFT) | Place.WHOLE;
  for (let area = first; area < end; area++) physStore64(entryAddress(area), entry);
  treeAddRange(treeOf(node, Place.WHOLE), first, end);
  addRunsOfRangeLocked(node, treeOf(node, Place.WHOLE), first, end);
  addNodeCount(node, NodeCount.FREE, <i64>(end - first) * AREA_FRAMES);
}

/** Nobody else has anything to do with an area that is HELD, SHELVED, or taken from WHOLE: a plain store. */
export function setHeld(area: u32, owner: u32): void {
  const at = entryAddress(area);
  physStore64(at, (physLoad64(at) & KEPT) | ((<u64>owner) << OWNER_SHIFT) | Place.HELD);
}

/** A SHELVED area is HELD again. Its entry has no other bits than those kept: a sum is one instruction less than a mask and an OR. */
export function holdShelved(area: u32, owner: u32): void {
  const at = entryAddress(area);
  physStore64(at, physLoad64(at) + ((<u64>owner) << OWNER_SHIFT) + <u64>Place.HELD - <u64>Place.SHELVED);
}

export function setShelved(area: u32): void {
  const at = entryAddress(area);
  physStore64(at, (physLoad64(at) & KEPT) | Place.SHELVED);
}

/** Writes the states of an area that is HELD, so that its frames can be freed or shared one by one. */
export function splitArea(area: u32): void {
  const node = areaNode(area);
  lockNode(node);
  const entry = areaEntry(area);
  if (placeOf(entry) == Place.HELD) {
    fillStates(area << AREA_SHIFT, AREA_FRAMES, heldBy(entry) | SINGLE);
    physStore64(entryAddress(area), (entry & KEPT) | Place.FULL);
  }
  unlockNode(node);
}

/** The references of an area have been made. */
export function noteReferencesLocked(area: u32): void {
  physAdd64(entryAddress(area), REFERENCES);
}
