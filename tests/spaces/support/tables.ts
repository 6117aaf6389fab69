import assert from "node:assert/strict";
import type { SpaceMachine } from "./machine.ts";

/**
 * The tables of spaces as they are in modelled RAM, read by the rules of SDM 3A 4.5 and 4.6. Shares nothing with the kernel's paging,
 * whose work it checks.
 */

/** What one entry maps, seen from one space. Frames and pages are numbers of 4 KiB ones. */
export interface Leaf {
  readonly page: number;
  readonly frame: number;
  /** 1, 512, or 512². */
  readonly pages: number;
  /** Effective: what all levels allow together. */
  readonly user: boolean;
  readonly writable: boolean;
  readonly executable: boolean;
  /** Bits 11:0 of the entry. */
  readonly low: number;
  /** Bits 63:52. */
  readonly high: number;
  /** PAT · 4 + PCD · 2 + PWT (SDM 3A 4.9.2). */
  readonly memoryType: number;
  /** The table that holds the entry is other spaces' too. */
  readonly isTableShared: boolean;
}

/** One half of a space. */
export interface Walk {
  readonly leaves: readonly Leaf[];
  /** Every table below the root: its frame, its level, the pages that it covers, as this space has it. */
  readonly tables: readonly Table[];
}

export interface Table {
  readonly frame: number;
  readonly level: number;
  readonly first: number;
  readonly last: number;
}

interface Place extends Table {
  readonly user: boolean;
  readonly writable: boolean;
  readonly executable: boolean;
}

export const Bit = {
  PRESENT: 1,
  WRITE: 2,
  USER: 4,
  WRITE_THROUGH: 8,
  CACHE_DISABLE: 16,
  ACCESSED: 32,
  DIRTY: 64,
  /** Of an entry of level 2 and 3; of a page table's it is PAT. */
  LARGE: 128,
  GLOBAL: 256,
  OWNED: 512,
  FOREIGN: 1024,
} as const;
const NO_EXECUTE = 0x800;

/** Entries of the root that are a half's. */
export const Half = { LOWER: [0, 256], UPPER: [256, 512] } as const;

export function walkHalf(machine: SpaceMachine, root: number, [from, end]: readonly [number, number]): Walk {
  const found: Found = { leaves: [], tables: [] };
  const all = { user: true, writable: true, executable: true };
  walkTable(machine, { frame: root, level: 4, first: 0, last: 2 ** 36 - 1, ...all }, from, end, found);
  return found;
}

interface Found {
  readonly leaves: Leaf[];
  readonly tables: Table[];
}

function walkTable(machine: SpaceMachine, place: Place, from: number, end: number, found: Found): void {
  const words = machine.frameWords(place.frame);
  const span = 512 ** (place.level - 1);
  for (let index = from; index < end; index++) {
    const low = words[index * 2]!;
    const high = words[index * 2 + 1]!;
    const first = place.first + index * span;
    if ((low & Bit.PRESENT) === 0) assert.ok(low === 0 && high === 0, `an entry not present holds ${high}:${low}`);
    else if (isLeaf(low, place.level)) found.leaves.push(leafOf(place, first, low, high));
    else descend(machine, tableOf(place, first, low, high), found);
  }
}

function isLeaf(low: number, level: number): boolean {
  return level === 1 || (level < 4 && (low & Bit.LARGE) !== 0);
}

function frameOf(low: number, high: number): number {
  return (high & 0xf_ffff) * 2 ** 20 + (low >>> 12);
}

function narrowed(place: Place, low: number, high: number) {
  return {
    user: place.user && (low & Bit.USER) !== 0,
    writable: place.writable && (low & Bit.WRITE) !== 0,
    executable: place.executable && ((high >>> 20) & NO_EXECUTE) === 0,
  };
}

function leafOf(place: Place, page: number, low: number, high: number): Leaf {
  const isLarge = place.level > 1;
  const pages = 512 ** (place.level - 1);
  const bits = { low: low & 0xfff, high: high >>> 20 };
  // Bit 12 of a large page's entry is its PAT.
  const frame = isLarge ? frameOf(low & ~0x1000, high) : frameOf(low, high);
  assert.equal(frame % pages, 0, "a large page's frame is aligned");
  const pat = (low & (isLarge ? 0x1000 : Bit.LARGE)) !== 0 ? 4 : 0;
  const memoryType = pat + ((low & (Bit.WRITE_THROUGH | Bit.CACHE_DISABLE)) >> 3);
  const isTableShared = !isLarge && !place.writable;
  return { page, frame, pages, ...narrowed(place, low, high), ...bits, memoryType, isTableShared };
}

function tableOf(place: Place, first: number, low: number, high: number): Place {
  const last = first + 512 ** (place.level - 1) - 1;
  return { frame: frameOf(low, high), level: place.level - 1, first, last, ...narrowed(place, low, high) };
}

function descend(machine: SpaceMachine, table: Place, found: Found): void {
  found.tables.push(table);
  walkTable(machine, table, 0, 512, found);
}

/** The one of `leaves`, which are in order, that maps `page`. */
export function leafFor(leaves: readonly Leaf[], page: number): Leaf | undefined {
  let [low, high] = [0, leaves.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (leaves[middle]!.page <= page) low = middle;
    else high = middle;
  }
  const leaf = leaves[low];
  return leaf !== undefined && leaf.page <= page && page < leaf.page + leaf.pages ? leaf : undefined;
}

/** The entry of `level` for `page` in the tables under `root`, with the rights down to it; undefined when there is none. */
export function entryFor(machine: SpaceMachine, root: number, page: number, level: number) {
  let place: Place = { frame: root, level: 4, first: 0, last: 0, user: true, writable: true, executable: true };
  for (;;) {
    const index = Math.floor(page / 512 ** (place.level - 1)) % 512;
    const words = machine.frameWords(place.frame);
    const [low, high] = [words[index * 2]!, words[index * 2 + 1]!];
    if ((low & Bit.PRESENT) === 0) return undefined;
    if (place.level === level)
      return { frame: frameOf(low, high), isLeaf: isLeaf(low, level), ...narrowed(place, low, high) };
    if (isLeaf(low, place.level)) return undefined;
    place = tableOf(place, 0, low, high);
  }
}
