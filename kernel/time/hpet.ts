import { PhysAddr } from "../address/addr";
import { mapAperture } from "../paging/apertures";
import { Caching } from "../paging/caching";
import { mmioLoad32, mmioLoad64, mmioStore32 } from "../paging/mmio";
import { HpetState } from "./hpet-state";
import { hpetRegisters } from "./hpet-table";

/**
 * The high-precision event timer's main counter (IA-PC HPET 1.0a, 2.3), which every PC's chipset has and all processors see alike. Nothing of
 * what it says of itself is believed before it has been seen to be so.
 *
 *     byte   size
 *     0x000     8  capabilities: 63:32 femtoseconds a count, 13 the counter has 64 bits, 7:0 revision
 *     0x010     8  configuration: 0 it counts
 *     0x0f0     8  the counter
 */
namespace Register {
  export const CAPABILITIES: u64 = 0x000;
  export const CONFIGURATION: u64 = 0x010;
  export const COUNTER: u64 = 0x0f0;
}
const REGISTER_BYTES: u64 = 0x400;
const HAS_64_BITS: u64 = 1 << 13;
const COUNTS: u32 = 1;
/** 100 ns. */
const LONGEST_PERIOD: u64 = 0x05f5_e100;
/** Reads of the counter, each of which takes it a count or more on a PC, until one that does not move is given up. */
const PATIENCE: u32 = 100_000;

let base: u64 = 0;
let femtoseconds: u64 = 0;
let isWide: bool = false;

/** Maps it, and sees that it counts. Once, after `readHpetTable`. Returns a HpetState. */
export function openHpet(): u32 {
  const physical = hpetRegisters();
  if (physical == 0) return HpetState.NO_TABLE;
  base = (physical & 7) != 0 ? 0 : mapAperture(<PhysAddr>physical, REGISTER_BYTES, Caching.UNCACHED);
  if (base == 0) return HpetState.NOT_MAPPED;
  const capabilities = mmioLoad64(base + Register.CAPABILITIES);
  const period = capabilities >> 32;
  if (period == 0 || period > LONGEST_PERIOD) return HpetState.BAD_PERIOD;
  isWide = (capabilities & HAS_64_BITS) != 0;
  mmioStore32(base + Register.CONFIGURATION, mmioLoad32(base + Register.CONFIGURATION) | COUNTS);
  if (!moves()) return HpetState.STANDS_STILL;
  femtoseconds = period;
  return HpetState.COUNTS;
}

function moves(): bool {
  const first = hpetCount();
  for (let reads: u32 = 0; reads < PATIENCE; reads++) if (hpetCount() != first) return true;
  return false;
}

/** Femtoseconds a count; 0 while there is none that counts. */
export function hpetPeriod(): u64 {
  return femtoseconds;
}

/** The counter, of 64 bits or of 32. A half at a time, since not every one can be read as a whole: the upper again, until it stays. */
export function hpetCount(): u64 {
  if (!isWide) return mmioLoad32(base + Register.COUNTER);
  let high = mmioLoad32(base + Register.COUNTER + 4);
  while (true) {
    const low = mmioLoad32(base + Register.COUNTER);
    const again = mmioLoad32(base + Register.COUNTER + 4);
    if (again == high) return ((<u64>high) << 32) | low;
    high = again;
  }
}

/** Counts from `first` to `last`, which may have wrapped around once. */
export function hpetCountsBetween(first: u64, last: u64): u64 {
  return isWide ? last - first : (last - first) & 0xffff_ffff;
}
