/** The places of object pages, by number: which are taken. Under the pages' lock. */
export const MAX_SLOTS: u32 = 65536;
export const NO_SLOT: u32 = 0xffff_ffff;
/** A bit for each; set: taken. */
const slots = memory.data(8192, 8);
if (65536 / 8 != 8192) ERROR("slots holds MAX_SLOTS bits");

let limit: u32 = 0;
/** No word below this one has a place that is free. */
let lowest: u32 = 0;

/** From here on there are `count` places, all free. */
export function openSlots(count: u32): void {
  assert(count <= MAX_SLOTS, "there are no such places for object pages");
  limit = count;
  lowest = 0;
  for (let at: usize = 0; at < 8192; at += 8) store<u64>(slots + at, 0);
}

/** Takes the lowest place that is free; NO_SLOT when none is. */
export function takeSlot(): u32 {
  for (; lowest < (limit + 63) >> 6; lowest++) {
    const at = slots + ((<usize>lowest) << 3);
    const word = load<u64>(at);
    if (word == u64.MAX_VALUE) continue;
    const slot = (lowest << 6) + <u32>ctz<u64>(~word);
    if (slot >= limit) break;
    store<u64>(at, word | (~word & -~word));
    return slot;
  }
  return NO_SLOT;
}

export function giveSlot(slot: u32): void {
  const at = slots + ((<usize>(slot >> 6)) << 3);
  store<u64>(at, load<u64>(at) & ~((<u64>1) << ((<u64>slot) & 63)));
  if (slot >> 6 < lowest) lowest = slot >> 6;
}
