import { physCompareExchange64, physLoad64 } from "platform";
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

/** False when the word has changed meanwhile, be it for one of the three other frames in it. */
export function replaceSharers(ordinal: u32, from: u64, to: u64): bool {
  const word = physLoad64(wordOf(ordinal));
  if (sharersIn(word, ordinal) != from) return false;
  return physCompareExchange64(wordOf(ordinal), word, word + ((to - from) << shiftOf(ordinal))) == word;
}
