import { PAGE_SHIFT } from "../address/pages";
import { forgetAnomaly, noteAnomaly } from "./anomalies";
import { Anomaly } from "./anomaly";
import { MapError, mapRefusal } from "./errors";
import { RangeKind, RANGE_KIND_COUNT } from "./kinds";
import { sortWords } from "./sort";
import { appendRange, forgetRanges } from "./ranges";

/**
 * Makes sorted, disjoint, merged ranges out of runs of pages in any order, overlapping as they like: both ends of every run are sorted,
 * then walked in one go, with a count of the runs of each kind that are open. Between two ends the most restrictive open kind holds.
 *
 * An end, in one word that sorts as it should; at the same page, what ends comes before what starts:
 *
 *      63                        8  7  6     0
 *     ┌───────────────────────────┬───┬───────┐
 *     │ page number               │ s │ kind  │   s: 1 where a run starts, 0 where one has ended
 *     └───────────────────────────┴───┴───────┘
 */
export const RUN_CAPACITY: u32 = 1104;
const ends = memory.data(17664, 8);
if (1104 * 16 != 17664) ERROR("ends holds both ends of RUN_CAPACITY runs");

const START: u64 = 0x80;
const KIND: u64 = 0x7f;

let endCount: u32 = 0;

/** Runs that are open, by kind. */
const open = memory.data(64, 4);
if (16 * 4 != 64) ERROR("open holds RANGE_KIND_COUNT counts");
/** Bit k: a run of kind k is open. */
let openKinds: u32 = 0;

/** Kinds by which bootinfo names memory. Each lies in memory of the boot agent, and in no other of them. */
const CLAIMS: u32 =
  (1 << RangeKind.HANDOVER) | (1 << RangeKind.BOOTINFO) | (1 << RangeKind.MODULE) | (1 << RangeKind.KERNEL);
/** The kernel's wish for low memory holds where that memory is free, and only there. */
const WISHES: u32 = 1 << RangeKind.LOW;
const USABLE: u32 = (1 << RangeKind.FREE) | (1 << RangeKind.LOADER);

export function forgetRuns(): void {
  endCount = 0;
}

/** Adds pages `first` to `end - 1`. There is room for the descriptors, and for everything that bootinfo can name. */
export function addRun(first: u64, end: u64, kind: u32): void {
  assert(endCount + 2 <= RUN_CAPACITY * 2);
  store<u64>(ends + ((<usize>endCount) << 3), (first << 8) | START | kind);
  store<u64>(ends + ((<usize>endCount) << 3), (end << 8) | kind, 8);
  endCount += 2;
}

/** Writes the table of ranges. May be called again after more runs were added. Returns a MapError. */
export function sweep(): u32 {
  begin();
  let page: u64 = 0;
  for (let i: u32 = 0; i < endCount; i++) {
    const word = load<u64>(ends + ((<usize>i) << 3));
    if (word >> 8 != page) {
      const error = close(page, word >> 8);
      if (error != MapError.NONE) return error;
      page = word >> 8;
    }
    pass(word);
  }
  return MapError.NONE;
}

function begin(): void {
  sortWords(ends, endCount);
  forgetRanges();
  forgetAnomaly(Anomaly.OVERLAP);
  for (let kind: usize = 0; kind < <usize>RANGE_KIND_COUNT; kind++) store<u32>(open + (kind << 2), 0);
  openKinds = 0;
}

/** Opens or closes the run that starts or ends here. */
function pass(word: u64): void {
  const kind = <u32>(word & KIND);
  const slot = open + ((<usize>kind) << 2);
  if ((word & START) != 0) {
    if (isFirmware(1 << kind) && isFirmware(openKinds)) noteAnomaly(Anomaly.OVERLAP, (word >> 8) << PAGE_SHIFT);
    store<u32>(slot, load<u32>(slot) + 1);
  } else {
    store<u32>(slot, load<u32>(slot) - 1);
  }
  const bit: u32 = 1 << kind;
  openKinds = load<u32>(slot) == 0 ? openKinds & ~bit : openKinds | bit;
}

function isFirmware(kinds: u32): bool {
  return (kinds & ~(CLAIMS | WISHES)) != 0;
}

/** Pages `first` to `end - 1` have the open kinds: says which of them they are. */
function close(first: u64, end: u64): u32 {
  const claims = openKinds & CLAIMS;
  const firmware = openKinds & ~(CLAIMS | WISHES);
  const isFree = firmware != 0 && (firmware & ~USABLE) == 0;
  if (claims != 0) {
    if (!isFree) return mapRefusal(MapError.CLAIM_OUTSIDE_RAM, first << PAGE_SHIFT, 0);
    if (popcnt<u32>(claims) > 1) return mapRefusal(MapError.CLAIMS_OVERLAP, first << PAGE_SHIFT, 0);
    appendRange(first, end, highest(claims));
  } else if (firmware != 0) {
    const isWished = isFree && (openKinds & WISHES) != 0;
    appendRange(first, end, isWished ? RangeKind.LOW : highest(firmware));
  }
  return MapError.NONE;
}

function highest(kinds: u32): u32 {
  return 31 - clz<u32>(kinds);
}
