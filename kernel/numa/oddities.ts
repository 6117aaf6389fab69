import { Tally, TALLY_BYTES } from "../memory-map/tally";
import { ODDITY_COUNT } from "./oddity";

/** What was odd about the firmware's tables, by Oddity. */
const seen = Tally.over(memory.data(384, 8));
if (ODDITY_COUNT * TALLY_BYTES != 384) ERROR("seen holds every kind of oddity");

export function forgetOddities(): void {
  for (let kind: u32 = 0; kind < ODDITY_COUNT; kind++) seen.forget(kind);
}

export function noteOddity(kind: u32, value: u64): void {
  seen.note(kind, value);
}

export function oddityCount(kind: u32): u32 {
  return seen.count(kind);
}

/** The first offending value: Oddity says what it is. */
export function oddityFirst(kind: u32): u64 {
  return seen.first(kind);
}
