import { frameZero, physLoad64, physLoad8, physStore64, physStore8 } from "platform";
import { alignUp, PAGE_BYTES } from "../address/pages";

/**
 * The frame table, in physical memory: what is known of each frame of RAM, by ordinal (see `spans.ts`).
 *
 *     bitmap   1 bit a frame      1: taken, or no RAM
 *     owners   1 byte a frame     bits 5:0 FrameOwner, bit 7: free and known to be zero
 *
 * Invariant: bit clear ⇔ owner FREE. A table of zeros says that every frame is free and unknown, so that making one means zeroing
 * 72 frames for each GiB of RAM and then writing what is not free.
 */
export const KNOWN_ZERO: u32 = 0x80;
const OWNER: u32 = 0x3f;
const EVERY_BYTE: u64 = 0x0101_0101_0101_0101;

let bitmap: u64 = 0;
let owners: u64 = 0;

/** Bytes of a table of `words` bitmap words. */
export function tableBytes(words: u32): u64 {
  return bitmapBytes(words) + alignUp(<u64>words * 64, PAGE_BYTES);
}

function bitmapBytes(words: u32): u64 {
  return alignUp(<u64>words * 8, PAGE_BYTES);
}

/** Makes the table at `address`, all free. */
export function makeTable(address: u64, words: u32): void {
  bitmap = address;
  owners = address + bitmapBytes(words);
  for (let done: u64 = 0; done < tableBytes(words); done += PAGE_BYTES) frameZero(address + done);
}

export function takenWord(word: u32): u64 {
  return physLoad64(bitmap + ((<u64>word) << 3));
}

export function isTaken(ordinal: u64): bool {
  return ((takenWord(<u32>(ordinal >> 6)) >> (ordinal & 63)) & 1) != 0;
}

/** Bits `first` to `first + count - 1` of a word; `count` is 1 to 64. */
export function wordMask(first: u64, count: u64): u64 {
  return (u64.MAX_VALUE >> (64 - count)) << first;
}

export function markTaken(ordinal: u64, count: u64): void {
  for (let done: u64 = 0; done < count;) {
    const bit = (ordinal + done) & 63;
    const part = min<u64>(64 - bit, count - done);
    const at = bitmap + (((ordinal + done) >> 6) << 3);
    physStore64(at, part == 64 ? u64.MAX_VALUE : physLoad64(at) | wordMask(bit, part));
    done += part;
  }
}

export function markFree(ordinal: u64, count: u64): void {
  for (let done: u64 = 0; done < count;) {
    const bit = (ordinal + done) & 63;
    const part = min<u64>(64 - bit, count - done);
    const at = bitmap + (((ordinal + done) >> 6) << 3);
    physStore64(at, part == 64 ? 0 : physLoad64(at) & ~wordMask(bit, part));
    done += part;
  }
}

export function ownerAt(ordinal: u64): u32 {
  return (<u32>physLoad8(owners + ordinal)) & OWNER;
}

/** Is the frame, which is free, known to hold nothing but zeros? */
export function isKnownZero(ordinal: u64): bool {
  return ((<u32>physLoad8(owners + ordinal)) & KNOWN_ZERO) != 0;
}

/** What `uniformState` says when the 64 frames are not all alike. */
export const MIXED: u32 = 0xffff_ffff;

/** The byte (owner and `KNOWN_ZERO`) that all 64 frames of a bitmap word have, or `MIXED`. */
export function uniformState(word: u32): u32 {
  const at = owners + ((<u64>word) << 6);
  const first = physLoad64(at);
  if (first != (first & 0xff) * EVERY_BYTE) return MIXED;
  for (let i: u64 = 8; i < 64; i += 8) if (physLoad64(at + i) != first) return MIXED;
  return (<u32>first) & 0xff;
}

export function setOwner(ordinal: u64, owner: u32): void {
  physStore8(owners + ordinal, <u8>owner);
}

/** Sets `count` owners, by words where they are aligned. `owner` may carry `KNOWN_ZERO`. */
export function fillOwners(ordinal: u64, count: u64, owner: u32): void {
  const end = ordinal + count;
  let at = ordinal;
  for (; at < end && (at & 7) != 0; at++) setOwner(at, owner);
  const eight: u64 = <u64>owner * EVERY_BYTE;
  for (; at + 8 <= end; at += 8) physStore64(owners + at, eight);
  for (; at < end; at++) setOwner(at, owner);
}
