import { directLoad8, framesZero, physLoad64, physLoad8, physStore64, physStore8 } from "platform";
import { alignUp, PAGE_BYTES } from "../address/pages";
import { nodeCount } from "./nodes";
import { AREA_FRAMES } from "./spans";

/**
 * The frame table, in physical memory: what is known of each frame of RAM, by ordinal, and of each area, by index (see `spans.ts`).
 *
 *     head        64 bytes              CPUs that are to give back what they have (`pressure.ts`)
 *     nodes       128 bytes a node      its lock on a line of its own; on the next its counts (`node-words.ts`)
 *     entries     8 bytes an area       `areas.ts`
 *     bitmap      64 bytes an area      1: free, and in no CPU's hands
 *     trees       18 sets a node        `trees.ts`
 *     states      1 byte a frame        see below
 *     references  2 bytes a frame       `sharing.ts`; made for an area when a frame of it is first shared
 *
 * The first five are the allocator, 1.2 bits a frame. Zeros say that every frame is taken and that nobody has it, so that making a
 * table is to zero a page for each 16 MiB of RAM and to write what is not free.
 *
 *      7   6  5      0
 *     +---+---+--------+
 *     | 1 | Z | owner  |     a frame's state
 *     +---+---+--------+
 *     1      allocated, and with one holder: who frees it need look at nothing but this, which is the byte's sign
 *     Z      of a free frame: known to be zero; of one that is allocated: shared, or once shared (`sharing.ts`)
 */
export const SINGLE: u32 = 0x80;
export const KNOWN_ZERO: u32 = 0x40;
export const SHARED: u32 = 0x40;
const OWNER: u32 = 0x3f;
const EVERY_BYTE: u64 = 0x0101_0101_0101_0101;
const LOW_BITS: u64 = 0x7f7f_7f7f_7f7f_7f7f;
const TOP_BITS: u64 = 0x8080_8080_8080_8080;
const ZERO_SHIFT: u64 = 6;

const HEAD_BYTES: u64 = 64;
const NODE_BYTES: u64 = 128;
const COUNTS_OFFSET: u64 = 64;
const ENTRY_BYTES: u64 = 8;
const BITMAP_BYTES: u64 = 64;
const REFERENCE_BYTES: u64 = 1024;

let head: u64 = 0;
let entries: u64 = 0;
let bitmap: u64 = 0;
let trees: u64 = 0;
let states: u64 = 0;
let references: u64 = 0;

/** Bytes of the part that is the allocator, for `areas` areas whose trees take `treeBytes`. */
export function allocatorBytes(areas: u32, treeBytes: u64): u64 {
  return alignUp(entriesOffset() + <u64>areas * (ENTRY_BYTES + BITMAP_BYTES) + treeBytes, PAGE_BYTES);
}

function entriesOffset(): u64 {
  return HEAD_BYTES + <u64>nodeCount() * NODE_BYTES;
}

function zeroedBytes(areas: u32, treeBytes: u64): u64 {
  return alignUp(allocatorBytes(areas, treeBytes) + <u64>areas * AREA_FRAMES, PAGE_BYTES);
}

/** Bytes of all of it. */
export function tableBytes(areas: u32, treeBytes: u64): u64 {
  return zeroedBytes(areas, treeBytes) + alignUp(<u64>areas * REFERENCE_BYTES, PAGE_BYTES);
}

/** Makes the table at `address`, all taken by nobody. */
export function makeTable(address: u64, areas: u32, treeBytes: u64): void {
  head = address;
  entries = head + entriesOffset();
  bitmap = entries + <u64>areas * ENTRY_BYTES;
  trees = bitmap + <u64>areas * BITMAP_BYTES;
  states = address + allocatorBytes(areas, treeBytes);
  const zeroed = zeroedBytes(areas, treeBytes);
  references = address + zeroed;
  framesZero(address, zeroed / PAGE_BYTES);
}

/** The word that locks the areas of `node`. */
export function lockAddress(node: u32): u64 {
  return head + HEAD_BYTES + <u64>node * NODE_BYTES;
}

/** The word in which CPU n has bit n when it is to give back what it has for itself. */
export function requestsAddress(): u64 {
  return head;
}

/** Word `index` of the eight in which a node is counted. */
export function nodeWordAddress(node: u32, index: u32): u64 {
  return lockAddress(node) + COUNTS_OFFSET + ((<u64>index) << 3);
}

export function entryAddress(area: u32): u64 {
  return entries + ((<u64>area) << 3);
}

/** Address of bitmap word `word`, which is `ordinal / 64`. */
export function wordAddress(word: u32): u64 {
  return bitmap + ((<u64>word) << 3);
}

export function treesAddress(): u64 {
  return trees;
}

export function stateAddress(ordinal: u32): u64 {
  return states + ordinal;
}

export function referenceAddress(ordinal: u32): u64 {
  return references + ((<u64>ordinal) << 1);
}

export function freeWord(word: u32): u64 {
  return physLoad64(wordAddress(word));
}

/** The bit of its word that a frame or ordinal has. */
export function wordBit(number: u32): u64 {
  return (<u64>1) << ((<u64>number) & 63);
}

/** Bits `first` to `first + count - 1` of a word; `count` is 1 to 64. */
export function wordMask(first: u32, count: u32): u64 {
  return (u64.MAX_VALUE >> (64 - <u64>count)) << (<u64>first);
}

/** The whole byte. */
export function stateAt(ordinal: u32): u32 {
  return physLoad8(states + ordinal);
}

/** Is it the state of a frame that is allocated and has one holder? `place` is where it is in the direct map. */
// @ts-ignore: decorator
@inline
export function isSingle(place: u64): bool {
  return (directLoad8(place) & SINGLE) != 0;
}

/**
 * Has the frame an owner, and others who hold it, or held it? Only then has its reference been made. The bit alone says it not: free
 * frames have the same, and those of an area that is a block, whose owner is the area's.
 */
export function isSharedState(state: u32): bool {
  return state > SHARED && state < SINGLE;
}

/** Does the state say all of a frame's holders? Not while it is free, reserved, or part of an area that is a block. */
export function saysAll(state: u32): bool {
  return state > SHARED;
}

export function ownerOfState(state: u32): u32 {
  return state & OWNER;
}

export function setState(ordinal: u32, state: u32): void {
  physStore8(states + ordinal, <u8>state);
}

/**
 * Makes the states of eight frames, from a multiple of 8 on, those of shared ones. False unless each is allocated, with one holder: then
 * nothing has changed.
 */
export function shareEightStates(ordinal: u32): bool {
  const eight = physLoad64(states + ordinal);
  if ((eight & TOP_BITS) != TOP_BITS) return false;
  physStore64(states + ordinal, (eight ^ TOP_BITS) | (<u64>SHARED * EVERY_BYTE));
  return true;
}

/** Sets `count` states, by words where they are aligned. */
export function fillStates(ordinal: u32, count: u32, state: u32): void {
  const end = ordinal + count;
  let at = ordinal;
  for (; at < end && (at & 7) != 0; at++) setState(at, state);
  const eight: u64 = <u64>state * EVERY_BYTE;
  for (; at + 8 <= end; at += 8) physStore64(states + at, eight);
  for (; at < end; at++) setState(at, state);
}

/** Are `count` states, 8 at a time from a multiple of 8, all this one? */
export function areStates(ordinal: u32, count: u32, state: u32): bool {
  const eight: u64 = <u64>state * EVERY_BYTE;
  for (let i: u32 = 0; i < count; i += 8) if (physLoad64(states + ordinal + i) != eight) return false;
  return true;
}

/** Are all of `count` frames allocated, each with one holder? */
export function areSingle(ordinal: u32, count: u32): bool {
  const end = states + ordinal + count;
  let at = states + ordinal;
  let all: u64 = <u64>SINGLE * EVERY_BYTE;
  for (; at < end && (at & 7) != 0; at++) all &= <u64>physLoad8(at) * EVERY_BYTE;
  for (; at + 8 <= end; at += 8) all &= physLoad64(at);
  for (; at < end; at++) all &= <u64>physLoad8(at) * EVERY_BYTE;
  return all == <u64>SINGLE * EVERY_BYTE;
}

/** How many of `count` frames, 8 at a time from a multiple of 8, `owner` has, shared or not. */
export function countStates(ordinal: u32, count: u32, owner: u32): u32 {
  const eight: u64 = <u64>owner * EVERY_BYTE;
  let found: u32 = 0;
  for (let i: u32 = 0; i < count; i += 8) {
    const others = (physLoad64(states + ordinal + i) ^ eight) & (<u64>OWNER * EVERY_BYTE);
    found += 8 - <u32>popcnt<u64>((others + LOW_BITS) & TOP_BITS);
  }
  return found;
}

/** Bit n says whether frame n of the 64 whose states begin at `address` is known to be zero, if it is free. */
export function knownZeroBits(address: u64): u64 {
  if (areAllZeros(address)) return 0;
  let bits: u64 = 0;
  for (let i: u64 = 0; i < 8; i++) bits |= zeroBits(physLoad64(address + (i << 3))) << (i << 3);
  return bits;
}

/** As memory is of which nobody has had anything. */
function areAllZeros(address: u64): bool {
  let sum: u64 = 0;
  for (let i: u64 = 0; i < 64; i += 8) sum |= physLoad64(address + i);
  return sum == 0;
}

/** Bits 6, 14, … 62 of a word, side by side: the product moves each to the top byte, and none of them meet on the way. */
function zeroBits(eight: u64): u64 {
  return (((eight >> ZERO_SHIFT) & EVERY_BYTE) * 0x0102_0408_1020_4080) >> 56;
}
