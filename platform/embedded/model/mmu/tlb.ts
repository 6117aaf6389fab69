import { Right } from "./rights";
import { MAX_CPUS, runningCpu } from "./state";

/**
 * The translation look-aside buffer: direct-mapped, 512 entries of 4 KiB pages. A large page enters it in pieces of 4 KiB, as many as
 * are used; an entry remembers the size of its page, since INVLPG must drop every piece. Entries are never checked against the
 * tables: what software forgets to invalidate stays in force.
 *
 *     byte  size  field
 *        0     8  readTag    a tag, if CPL 3 may read the page; else 0
 *        8     8  writeTag   a tag, if CPL 3 may write it and D is set; else 0
 *       16     8  tag        linear address with bits 11:0 set; 0 when empty
 *       24     4  host       where the frame lies in the model's linear memory
 *       28     1  rights     Right bits
 *       29     1  shift      of the page that the tables map: 12, 21 or 30
 *       30     1  pat        index into the PAT
 *       31     1  zero
 *
 * A tag is never 0, so cleared memory is an empty buffer. `readTag` and `writeTag` let a program's access be decided by one
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
  shift: u8;
  pat: u8;
  zero: u8;
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

/** The entry that translates `linear`, or null. */
export function tlbFind(linear: u64): TlbEntry | null {
  const entry = tlbSlot(tlbBase(), linear);
  return entry.tag == (linear | PAGE_MASK) ? entry : null;
}

export function tlbInsert(linear: u64, host: usize, rights: u32, shift: u32, pat: u32): void {
  const entry = tlbSlot(tlbBase(), linear);
  const tag = linear | PAGE_MASK;
  entry.tag = tag;
  entry.host = <u32>host;
  entry.rights = <u8>rights;
  entry.shift = <u8>shift;
  entry.pat = <u8>pat;
  const writes = Right.USER | Right.WRITE | Right.DIRTY;
  entry.readTag = rights & Right.USER ? tag : 0;
  entry.writeTag = (rights & writes) == writes ? tag : 0;
  if (shift != 12) setLargePieces(largePiecesHere() + 1);
}

function clear(entry: TlbEntry): void {
  entry.tag = 0;
  entry.readTag = 0;
  entry.writeTag = 0;
}

/** Drops what translates `linear`, global or not: one page, or every piece of a large page that contains it. */
export function tlbDrop(linear: u64): void {
  const entry = tlbFind(linear);
  if (entry) clear(entry);
  if (largePiecesHere() != 0) dropLargePieces(linear);
}

function dropLargePieces(linear: u64): void {
  for (let index: usize = 0; index < TLB_ENTRIES; index++) {
    const entry = changetype<TlbEntry>(tlbBase() + (index << TLB_ENTRY_SHIFT));
    if (entry.tag != 0 && entry.tag >> entry.shift == linear >> entry.shift) clear(entry);
  }
}

export function tlbFlushAll(): void {
  memory.fill(tlbBase(), 0, TLB_BYTES);
  setLargePieces(0);
}

export function tlbFlushNonGlobal(): void {
  for (let index: usize = 0; index < TLB_ENTRIES; index++) {
    const entry = changetype<TlbEntry>(tlbBase() + (index << TLB_ENTRY_SHIFT));
    if (!(entry.rights & Right.GLOBAL)) clear(entry);
  }
}
