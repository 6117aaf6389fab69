import { hasFeature, Feature } from "../cpu/features";
import { RAM_ADDRESS_BITS, ramAt } from "../ram/ram";
import { ADDRESS_FIELD, Bit, TOP_LEVEL, entryAddress, levelShift } from "./entry-bits";
import { Right } from "./rights";
import { Cr4, Efer, cpu } from "./state";
import { cacheStructure, cachedStructure } from "./structure-cache";

/** How a walk of the tables ends. */
export namespace WalkEnd {
  export const MAPPED: u32 = 0;
  export const NOT_PRESENT: u32 = 1;
  export const RESERVED: u32 = 2;
}

/** What the last walk that ended MAPPED found: frame, effective rights, page shift, PAT index. */
let frame: u64 = 0;
let rights: u32 = 0;
let shift: u32 = 0;
let pat: u32 = 0;

/** The entries that it used, for A and D: addresses by level (0 where a structure cache answered), and the leaf's level. */
const used = memory.data(40, 8);
let leafLevel: u32 = 0;

let reads: u64 = 0;

/** Entries that all walks so far have read, for who compares what flushes cost. */
export function walkReads(): u64 {
  return reads;
}

/** Physical address of the 4 KiB frame that holds the linear address. */
export function walkFrame(): u64 {
  return frame;
}

export function walkRights(): u32 {
  return rights;
}

export function walkShift(): u32 {
  return shift;
}

/** PAT * 4 + PCD * 2 + PWT of the leaf (SDM 3A 4.9.2). */
export function walkPat(): u32 {
  return pat;
}

/**
 * Walks the tables of SDM 3A 4.5 for a canonical `linear`, from the lowest level that a structure cache knows. Changes nothing:
 * A and D are set by `commitWalk`, when the access has been found to be allowed.
 */
export function walk(linear: u64): u32 {
  let level = start(linear);
  let table = frame;
  while (true) {
    const address = entryAddress(table, linear, level);
    const entry = load<u64>(ramAt(address));
    reads += 1;
    if (!(entry & Bit.PRESENT)) return WalkEnd.NOT_PRESENT;
    const isLeaf = level == 1 || (level != TOP_LEVEL && (entry & Bit.PAGE_SIZE) != 0);
    if (entry & reservedBits(level, isLeaf)) return WalkEnd.RESERVED;
    narrowRights(entry);
    store<u64>(used + (level << 3), address);
    if (isLeaf) return finish(linear, entry, level);
    table = entry & ADDRESS_FIELD;
    level -= 1;
  }
}

/** Sets `frame` to the first table to read and `rights` to those of the levels above it, and returns its level. */
function start(linear: u64): u32 {
  memory.fill(used, 0, 40);
  for (let level: u32 = 2; level <= TOP_LEVEL; level++) {
    const cached = cachedStructure(linear, level);
    if (cached == 0) continue;
    frame = cached & ADDRESS_FIELD;
    rights = <u32>(cached & 7);
    return level - 1;
  }
  frame = cpu().cr3 & ADDRESS_FIELD;
  rights = Right.USER | Right.WRITE;
  return TOP_LEVEL;
}

/** SDM 3A 4.6: user and writable need every level, execute-disable any. */
function narrowRights(entry: u64): void {
  if (!(entry & Bit.USER)) rights &= ~Right.USER;
  if (!(entry & Bit.WRITABLE)) rights &= ~Right.WRITE;
  if (entry & Bit.EXECUTE_DISABLE) rights |= Right.NO_EXECUTE;
}

/** SDM 3A 4.7 and the tables of 4.5: bits of a present entry that must be 0. */
function reservedBits(level: u32, isLeaf: bool): u64 {
  let reserved = ADDRESS_FIELD & ~(((<u64>1) << RAM_ADDRESS_BITS) - 1);
  if (!(cpu().efer & Efer.NXE)) reserved |= Bit.EXECUTE_DISABLE;
  if (level == TOP_LEVEL) return reserved | Bit.PAGE_SIZE;
  if (level == 3 && !hasFeature(Feature.PAGE_1G)) reserved |= Bit.PAGE_SIZE;
  if (level == 1 || !isLeaf) return reserved;
  // Below the address of a large page, but for its PAT bit.
  return reserved | ((((<u64>1) << levelShift(level)) - 1) & ADDRESS_FIELD & ~Bit.PAT_LARGE);
}

function finish(linear: u64, entry: u64, level: u32): u32 {
  leafLevel = level;
  shift = levelShift(level);
  const offset = ((<u64>1) << shift) - 1;
  frame = (entry & ADDRESS_FIELD & ~offset) | (linear & offset & ADDRESS_FIELD);
  if (entry & Bit.DIRTY) rights |= Right.DIRTY;
  if (entry & Bit.GLOBAL && cpu().cr4 & Cr4.PGE) rights |= Right.GLOBAL;
  const patBit = level == 1 ? Bit.PAT_SMALL : Bit.PAT_LARGE;
  pat = ((entry & patBit) != 0 ? 4 : 0) | ((entry & Bit.PCD) != 0 ? 2 : 0) | ((entry & Bit.PWT) != 0 ? 1 : 0);
  return WalkEnd.MAPPED;
}

/** True if every entry that the walk used had A set before, so that it may be cached without an access (SDM 3A 4.10.2.3). */
export function isWalkAccessed(): bool {
  for (let level = leafLevel; level <= TOP_LEVEL; level++) {
    const address = load<u64>(used + (level << 3));
    if (address != 0 && !(load<u64>(ramAt(address)) & Bit.ACCESSED)) return false;
  }
  return true;
}

/**
 * Sets A in every entry that the walk used, and D in its leaf if `dirties` (SDM 3A 4.8), then caches the entries above the leaf.
 * On hardware each is a locked read-modify-write.
 */
export function commitWalk(linear: u64, dirties: u64): void {
  for (let level = leafLevel; level <= TOP_LEVEL; level++) {
    const address = load<u64>(used + (level << 3));
    if (address == 0) continue;
    const wanted = level == leafLevel ? Bit.ACCESSED | dirties : Bit.ACCESSED;
    const at = ramAt(address);
    const entry = load<u64>(at);
    if ((entry & wanted) != wanted) store<u64>(at, entry | wanted);
  }
  if (dirties != 0) rights |= Right.DIRTY;
  cacheStructures(linear);
}

/** From the top down, with the rights that hold so far. */
function cacheStructures(linear: u64): void {
  const leafRights = rights;
  rights = Right.USER | Right.WRITE;
  for (let level = TOP_LEVEL; level > leafLevel; level--) {
    const address = load<u64>(used + (level << 3));
    if (address == 0) {
      rights = <u32>(cachedStructure(linear, level) & 7);
      continue;
    }
    const entry = load<u64>(ramAt(address));
    narrowRights(entry);
    cacheStructure(linear, level, entry & ADDRESS_FIELD, rights & 7);
  }
  rights = leafRights;
}
