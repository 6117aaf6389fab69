import { physAdd64, physCompareExchange64, physLoad64, physStore64 } from "platform";
import { referenceAddress } from "./table";

/**
 * The number of a frame's holders. A frame's reference is the number of holders beyond the first, 16 bits, four to a word. It sticks at
 * the top: a frame that was shared so often is never freed, and counted as stuck.
 *
 *     not shared ──shareFrame──▶ shared, 1 ⇄ … ⇄ 65534 ──▶ 65535: stuck, for ever
 *                                 │ releaseFrame ▲
 *                                 ▼              │ shareFrame
 *                                shared, 0 ──freeFrame, releaseFrame──▶ free
 */
export const STUCK: u64 = 0xffff;

/** Only a shared frame has one that was made: ask its state first. */
export function readSharers(ordinal: u32): u64 {
  return sharersIn(physLoad64(wordOf(ordinal)), ordinal);
}

/** The word that holds the reference. Read whole, as it is exchanged whole: parts of it would be ordered with nothing. */
function wordOf(ordinal: u32): u64 {
  return referenceAddress(ordinal) & ~7;
}

function sharersIn(word: u64, ordinal: u32): u64 {
  return (word >> shiftOf(ordinal)) & STUCK;
}

function shiftOf(ordinal: u32): u64 {
  return (<u64>(ordinal & 3)) << 4;
}

/** The first holder beyond the first of a frame that has had one: its reference is 0, and nobody else changes it. */
export function addFirstSharer(ordinal: u32): void {
  physAdd64(wordOf(ordinal), oneOf(ordinal));
}

function oneOf(ordinal: u32): u64 {
  return (<u64>1) << shiftOf(ordinal);
}

const ONE_OF_EACH: u64 = 0x0001_0001_0001_0001;

/** The same for eight frames from a multiple of 8 on, all of them the caller's, and so their two words. */
export function addFirstSharers(ordinal: u32): void {
  physStore64(referenceAddress(ordinal), ONE_OF_EACH);
  physStore64(referenceAddress(ordinal + 4), ONE_OF_EACH);
}

/** One sharer more. Returns how many there were; of STUCK they stay as many. */
export function addSharer(ordinal: u32): u64 {
  let word = physLoad64(wordOf(ordinal));
  while (sharersIn(word, ordinal) != STUCK && !replace(ordinal, word, word + oneOf(ordinal))) {
    word = physLoad64(wordOf(ordinal));
  }
  return sharersIn(word, ordinal);
}

/** One sharer less. Returns how many there were; of none, and of STUCK, they stay as many. */
export function takeSharer(ordinal: u32): u64 {
  let word = physLoad64(wordOf(ordinal));
  while (isCounted(sharersIn(word, ordinal)) && !replace(ordinal, word, word - oneOf(ordinal))) {
    word = physLoad64(wordOf(ordinal));
  }
  return sharersIn(word, ordinal);
}

function isCounted(sharers: u64): bool {
  return sharers != 0 && sharers != STUCK;
}

/** False when the word has changed meanwhile, be it for one of the three other frames in it. */
function replace(ordinal: u32, from: u64, to: u64): bool {
  return physCompareExchange64(wordOf(ordinal), from, to) == from;
}
