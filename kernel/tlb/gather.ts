import { cpuIndex } from "platform";
import { PhysAddr } from "../address/addr";
import { PAGE_BYTES } from "../address/pages";
import { MOST_PAGES } from "../cpu/flush-limit";
import { ALL_PAGES, askToFlush, awaitFlushes, flushWithOne, forget, forgetPage, listPage } from "../cpu/requests";
import { releaseFrame } from "../frames/allocator";
import { stillHeld } from "../frames/cpu-cache";
import { releaseFrames, releaseRow } from "../frames/runs";
import { Frame } from "../frames/frame";
import { Quota } from "../quotas/quota";
import { RecordKind } from "../trace/records";
import { trace } from "../trace/trace";
import { leaveIdly } from "./loaded";
import { Translations } from "./translations";

/**
 * Flushes, gathered. Who takes a translation away, or a right of it, notes the page; who takes a frame or a table away notes that too;
 * and `finishFlush` makes the change seen by every CPU that may have cached the old one, and only then gives the frames back (SDM 3A
 * 4.10.5). So a frame is never in other hands while a TLB still leads to it.
 *
 * One flush at a time: the kernel's lock is held. What overflows the lists is flushed at once, and gathering goes on.
 */

const MOST_FRAMES: u32 = 512;
const frames = memory.data(2048, 8);
if (512 * 4 != 2048) ERROR("frames holds MOST_FRAMES frames");
/** Blocks of order 9 are kept apart. */
const MOST_BLOCKS: u32 = 16;
const blocks = memory.data(64, 8);
if (16 * 4 != 64) ERROR("blocks holds MOST_BLOCKS frames");

let space: Translations | null = null;
let pageCount: u32 = 0;
let frameCount: u32 = 0;
let blockCount: u32 = 0;
/** Of the frames: tables that nobody else holds. */
let tableCount: u32 = 0;

export function beginFlush(changed: Translations): void {
  assert(space == null, "a flush within a flush");
  space = changed;
  pageCount = 0;
}

/** Is something being gathered? Then no other space may be changed. */
export function isFlushing(): bool {
  return space != null;
}

/** The translation of the page at `address`, of whatever size, is gone or allows less. */
export function notePage(address: u64): void {
  if (pageCount == MOST_PAGES) pageCount = ALL_PAGES;
  if (pageCount == ALL_PAGES) return;
  listPage(pageCount, address);
  pageCount += 1;
}

/** The same of `count` pages in a row, of 4 KiB. */
export function notePages(first: u64, count: u64): void {
  if (pageCount + count > MOST_PAGES) return noteAllPages();
  for (let i: u64 = 0; i < count; i++) notePage(first + i * PAGE_BYTES);
}

/** All of the space's translations may be old. */
export function noteAllPages(): void {
  pageCount = ALL_PAGES;
}

/**
 * An entry that led to a table is gone, or is about to. Invalidating any page makes a processor forget all such entries (SDM 3A 4.10.4.1);
 * those that are idle in the space leave it now.
 */
export function noteStructures(): void {
  const changed = changetype<Translations>(space);
  if (changed.idleOn != 0) leaveIdly(changed);
  if (pageCount == 0) notePage(0);
}

/** A holder less for `frame`, when no translation leads there any more. Tables that others hold, too, after `noteStructures`. */
export function noteFrame(frame: Frame): void {
  if (frameCount == MOST_FRAMES) flushNow();
  store<u32>(frames + ((<usize>frameCount) << 2), frame.number);
  frameCount += 1;
}

/** After `noteStructures`: `table`, which the space alone has, is free when no processor knows it any more. */
@inline
export function noteTable(table: PhysAddr): void {
  noteFrame(Frame.containing(table));
  tableCount += 1;
}

/** The same for the 512 frames of a 2 MiB page. */
export function noteBlock(first: Frame): void {
  if (blockCount == MOST_BLOCKS) flushNow();
  store<u32>(blocks + ((<usize>blockCount) << 2), first.number);
  blockCount += 1;
}

/** Nothing old is cached anywhere when this returns, and what was noted is back. */
export function finishFlush(): void {
  flushNow();
  space = null;
}

function flushNow(): void {
  const changed = changetype<Translations>(space);
  if (pageCount != 0) flush(changed);
  pageCount = 0;
  if ((frameCount | blockCount) != 0) giveBack(changed.quota);
}

function flush(changed: Translations): void {
  // For CPUs that have left the space, and may come back.
  changed.flushes += 1;
  const here = (<u64>1) << (<u64>cpuIndex());
  if (changed.loadedOn == here) forget(pageCount);
  else flushWithOthers(changed.loadedOn, here, pageCount);
}

/** Whoever has the space loaded, if anybody. The others flush while this CPU does. */
function flushWithOthers(cpus: u64, here: u64, count: u32): void {
  const others = cpus & ~here;
  if (others == 0) return;
  const isLoadedHere = others != cpus;
  if ((others & (others - 1)) == 0) flushWithOne(<u32>ctz<u64>(others), count, isLoadedHere);
  else {
    askToFlush(others, count);
    if (isLoadedHere) forget(count);
    awaitFlushes(others);
  }
  trace(RecordKind.SHOOTDOWN, others, count == ALL_PAGES ? 0 : count, 0);
}

/** A flush of one page, whose entry has changed already: as if it had been gathered. */
export function flushPage(changed: Translations, page: u64): void {
  assert(space == null, "a flush within a flush");
  changed.flushes += 1;
  const here = (<u64>1) << (<u64>cpuIndex());
  if (changed.loadedOn == here) return forgetPage(page);
  listPage(0, page);
  flushWithOthers(changed.loadedOn, here, 1);
}

/** The same, and then a holder less for `frame`, which was that page, and which others hold: it still counts. */
export function flushPageOf(changed: Translations, page: u64, frame: Frame): void {
  flushPage(changed, page);
  releaseFrame(frame);
}

/** From as many on, frames in a row are released by fewer instructions together than one by one. */
const LONG_ROW: u32 = 6;

/** What others hold is not gone, and still counts. */
function giveBack(quota: Quota): void {
  const heldBefore = stillHeld();
  if (frameCount < LONG_ROW) for (let i: u32 = 0; i < frameCount; i++) releaseFrame(Frame.of(frameAt(i)));
  else releaseByRows();
  for (let i: u32 = 0; i < blockCount; i++) releaseFrames(Frame.of(load<u32>(blocks + ((<usize>i) << 2))), 9);
  const gone: i32 = frameCount + (blockCount << 9) - (stillHeld() - heldBefore);
  quota.framesLeft += gone - tableCount;
  quota.tablesLeft += tableCount;
  frameCount = 0;
  blockCount = 0;
  tableCount = 0;
}

function releaseByRows(): void {
  for (let i: u32 = 0; i < frameCount;) {
    const row = rowFrom(i);
    const first = frameAt(i);
    if (row >= LONG_ROW) releaseRow(Frame.of(first), row);
    else for (let number = first; number < first + row; number++) releaseFrame(Frame.of(number));
    i += row;
  }
}

/** How many of the frames noted from the `i`-th on lie in a row: those of a range mostly do. */
function rowFrom(i: u32): u32 {
  const first = frameAt(i);
  let count: u32 = 1;
  while (i + count < frameCount && frameAt(i + count) == first + count) count += 1;
  return count;
}

function frameAt(i: u32): u32 {
  return load<u32>(frames + ((<usize>i) << 2));
}
