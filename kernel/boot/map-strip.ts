import { Style, style } from "../console/style";
import { newLine, print, putByte } from "../console/text";
import { isRam, isReclaimed, rangeCount, rangeFirst, RangeKind, rangeKind, rangeLast } from "../memory-map/memory-map";

/**
 * All RAM in one line, from its first byte to its last, holes left out:
 *
 *     |KK......................................................rr..rrr|  . free   K kernel and programs   a boot agent, freed later   r firmware
 *
 * A cell shows what most of it is, except that the kernel shows wherever it has a quarter of a cell, or half of its own image: with
 * much RAM a cell is many times that, and it would be nowhere.
 */
const CELLS: u64 = 64;
const HALF_OF_KERNEL: u64 = 4 * 1024 * 1024;

namespace Sort {
  export const FREE: u32 = 0;
  export const KERNEL: u32 = 1;
  export const LOADER: u32 = 2;
  export const FIRMWARE: u32 = 3;
}
const SORTS: u32 = 4;
/** Bytes of each sort in the cell at hand. */
const inCell = memory.data(32, 8);

export function printStrip(ramBytes: u64): void {
  if (ramBytes < CELLS) return;
  print("   |");
  for (let cell: u64 = 0; cell < CELLS; cell++) {
    const sort = sortOfCell((ramBytes / CELLS) * cell, ramBytes / CELLS);
    style(styleOf(sort));
    putByte(markOf(sort));
  }
  style(Style.PLAIN);
  print("|");
  newLine();
  print("    ");
  for (let sort: u32 = 0; sort < SORTS; sort++) legend(sort);
  newLine();
}

function legend(sort: u32): void {
  style(styleOf(sort));
  putByte(markOf(sort));
  style(Style.PLAIN);
  if (sort == Sort.FREE) print(" free   ");
  else if (sort == Sort.KERNEL) print(" kernel and programs   ");
  else if (sort == Sort.LOADER) print(" boot agent, free in phase 4   ");
  else print(" firmware");
}

/** What to show for the `bytes` of RAM that begin `from` bytes into it. */
function sortOfCell(from: u64, bytes: u64): u32 {
  memory.fill(inCell, 0, 32);
  let before: u64 = 0;
  for (let i: u32 = 0; i < rangeCount(); i++) {
    if (!isRam(rangeKind(i))) continue;
    const length = rangeLast(i) - rangeFirst(i) + 1;
    const first = max<u64>(from, before);
    const end = min<u64>(from + bytes, before + length);
    if (first < end) addBytes(sortOf(rangeKind(i)), end - first);
    before += length;
  }
  if (bytesOf(Sort.KERNEL) >= min<u64>(bytes / 4, HALF_OF_KERNEL)) return Sort.KERNEL;
  let most: u32 = 0;
  for (let sort: u32 = 1; sort < SORTS; sort++) if (bytesOf(sort) > bytesOf(most)) most = sort;
  return most;
}

function addBytes(sort: u32, bytes: u64): void {
  store<u64>(inCell + <usize>sort * 8, bytesOf(sort) + bytes);
}

function bytesOf(sort: u32): u64 {
  return load<u64>(inCell + <usize>sort * 8);
}

function sortOf(kind: u32): u32 {
  if (kind == RangeKind.FREE) return Sort.FREE;
  if (kind == RangeKind.KERNEL || kind == RangeKind.MODULE) return Sort.KERNEL;
  return isReclaimed(kind) ? Sort.LOADER : Sort.FIRMWARE;
}

function markOf(sort: u32): u32 {
  if (sort == Sort.FREE) return 0x2e;
  if (sort == Sort.KERNEL) return 0x4b;
  return sort == Sort.LOADER ? 0x61 : 0x72;
}

function styleOf(sort: u32): u32 {
  if (sort == Sort.FREE) return Style.GOOD;
  if (sort == Sort.KERNEL) return Style.KERNEL;
  return sort == Sort.LOADER ? Style.NOTICE : Style.DEVICE;
}
