import { MemoryType } from "./memory-type";
import { Right } from "./rights";
import { MAX_CPUS, currentPcid, runningCpu } from "./state";

/**
 * The translation look-aside buffer: direct-mapped, 512 entries of 4 KiB pages. A large page enters it in pieces of 4 KiB, as many as
 * are used; an entry remembers the size of its page, since INVLPG must drop every piece. Entries are never checked against the
 * tables: what software forgets to invalidate stays in force.
 *
 *     byte  size  field
 *        0     8  readTag    a tag, if CPL 3 may read the page, the entry serves the current PCID, and its accesses are cached; else 0: a device hears of each
 *        8     8  writeTag   a tag, if CPL 3 may write it too and D is set; else 0
 *       16     8  tag        linear address with bits 11:0 set; 0 when empty
 *       24     4  host       where the frame lies in the model's linear memory
 *       28     1  rights     bits 4:0 Right bits; bits 7:5 the memory type that it had then: software that changes the PAT must flush (SDM 3A 12.12.4)
 *       29     1  shape      bits 4:0 shift of the page that the tables map: 12, 21 or 30; bits 7:5 index into the PAT
 *       30     2  pcid       of whoever it was made for (SDM 3A 4.10.1); a global one serves all
 *
 * An entry has its place by its address alone: of two PCIDs that use one page, each forgets the other's. A tag is never 0, so cleared memory is an empty buffer. `readTag` and `writeTag` let a program's access be decided by one
 * comparison, which also fails for an access that runs into the next page (see program/access.ts).
 */
@unmanaged
@final
export class TlbEntry {
  readTag: u64;
  writeTag: u64;
  tag: u64;
  host: u32;
  rights: u8;
  shape: u8;
  pcid: u16;

  get shift(): u64 {
    return this.shape & 31;
  }
  get type(): u32 {
    return this.rights >> 5;
  }
  get pat(): u32 {
    return this.shape >> 5;
  }
  get isGlobal(): bool {
    return (this.rights & Right.GLOBAL) != 0;
  }
  serves(pcid: u32): bool {
    return this.pcid == pcid || this.isGlobal;
  }
}

if (offsetof<TlbEntry>() != 32) ERROR("TlbEntry is not 32 bytes");

export const TLB_ENTRIES: usize = 512;
export const TLB_ENTRY_SHIFT: usize = 5;
export const PAGE_MASK: u64 = 4095;
const TLB_BYTES: i32 = 16384;
const tlbs = memory.data(1048576, 64); // MAX_CPUS * TLB_BYTES

if (MAX_CPUS * TLB_BYTES != 1048576) ERROR("a CPU lacks its TLB");

/** A TLB in which nothing is ever found: where programs look while their next access must take the slow way. */
export const EMPTY_TLB: usize = memory.data(16384, 64);

/** By CPU: pieces of large pages that may be in its TLB, at most: while it is 0, INVLPG need not search. */
const largePieces = memory.data(256, 4);
if (MAX_CPUS * 4 != 256) ERROR("a CPU lacks its count of pieces");

function largePiecesHere(): u32 {
  return load<u32>(largePieces + (runningCpu() << 2));
}

function setLargePieces(count: u32): void {
  store<u32>(largePieces + (runningCpu() << 2), count);
}

// @ts-ignore: decorator
@inline
export function tlbSlot(base: usize, linear: u64): TlbEntry {
  return changetype<TlbEntry>(base + (((<usize>(linear >> 12)) & (TLB_ENTRIES - 1)) << TLB_ENTRY_SHIFT));
}

export function tlbBase(): usize {
  return tlbs + runningCpu() * TLB_BYTES;
}

/** The entry that translates `linear` for the current PCID, or null. */
export function tlbFind(linear: u64): TlbEntry | null {
  const entry = tlbSlot(tlbBase(), linear);
  return entry.tag == (linear | PAGE_MASK) && entry.serves(currentPcid()) ? entry : null;
}

export function tlbInsert(linear: u64, host: usize, rights: u32, shift: u32, pat: u32, type: u32): void {
  const entry = tlbSlot(tlbBase(), linear);
  const tag = linear | PAGE_MASK;
  entry.tag = tag;
  entry.host = <u32>host;
  entry.rights = <u8>(rights | (type << 5));
  entry.shape = <u8>(shift | (pat << 5));
  entry.pcid = <u16>currentPcid();
  show(entry);
  if (shift != 12) setLargePieces(largePiecesHere() + 1);
}

/** The current PCID may use the entry. */
function show(entry: TlbEntry): void {
  const writes = Right.USER | Right.WRITE | Right.DIRTY;
  const isQuick = entry.type == MemoryType.WRITE_BACK;
  entry.readTag = isQuick && entry.rights & Right.USER ? entry.tag : 0;
  entry.writeTag = isQuick && (entry.rights & writes) == writes ? entry.tag : 0;
}

function hide(entry: TlbEntry): void {
  entry.readTag = 0;
  entry.writeTag = 0;
}

/** After a change of the current PCID: programs find what serves it, and nothing else. */
export function tlbSwitch(): void {
  const pcid = currentPcid();
  for (let index: usize = 0; index < TLB_ENTRIES; index++) {
    const entry = entryAt(index);
    if (entry.serves(pcid)) show(entry);
    else hide(entry);
  }
}

// @ts-ignore: decorator
@inline
function entryAt(index: usize): TlbEntry {
  return changetype<TlbEntry>(tlbBase() + (index << TLB_ENTRY_SHIFT));
}

function clear(entry: TlbEntry): void {
  entry.tag = 0;
  hide(entry);
}

/** Drops what translates `linear` for `pcid`, and global entries for it: one page, or every piece of a large page that contains it. */
export function tlbDrop(linear: u64, pcid: u32): void {
  dropPieces(linear, pcid, Right.GLOBAL);
}

/** The same, but for global entries, which stay. */
export function tlbDropPrivate(linear: u64, pcid: u32): void {
  dropPieces(linear, pcid, 0);
}

function dropPieces(linear: u64, pcid: u32, globals: u32): void {
  dropPiece(tlbSlot(tlbBase(), linear), linear, pcid, globals);
  if (largePiecesHere() == 0) return;
  for (let index: usize = 0; index < TLB_ENTRIES; index++) dropPiece(entryAt(index), linear, pcid, globals);
}

function dropPiece(entry: TlbEntry, linear: u64, pcid: u32, globals: u32): void {
  if (entry.tag == 0 || entry.tag >> entry.shift != linear >> entry.shift) return;
  if (entry.isGlobal ? globals != 0 : entry.pcid == pcid) clear(entry);
}

export function tlbFlushAll(): void {
  memory.fill(tlbBase(), 0, TLB_BYTES);
  setLargePieces(0);
}

/** All of every PCID but what is global. */
export function tlbFlushNonGlobal(): void {
  for (let index: usize = 0; index < TLB_ENTRIES; index++) {
    if (!entryAt(index).isGlobal) clear(entryAt(index));
  }
}

/** All of `pcid` but what is global. */
export function tlbFlushContext(pcid: u32): void {
  for (let index: usize = 0; index < TLB_ENTRIES; index++) {
    const entry = entryAt(index);
    if (!entry.isGlobal && entry.pcid == pcid) clear(entry);
  }
}
