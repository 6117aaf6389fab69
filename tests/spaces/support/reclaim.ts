import assert from "node:assert/strict";
import { FrameOwner } from "../../../kernel/frames/owners.ts";
import { RegionKind } from "../../../kernel/spaces/kinds.ts";
import { CpuEvent } from "../../../kernel/trace/counters.ts";
import { BORDER, type Both } from "./both.ts";
import { Access, addressOf, Right } from "./machine.ts";

/** What the kernel takes from a space that is to be reclaimed, and what it leaves. Each throws where it does otherwise. */

const READ_WRITE = Right.READ | Right.WRITE;
const TABLES = 3;
const PLENTY = 100;
const table = (index: number) => BORDER + 512 * index;

export interface Scenario {
  readonly what: string;
  readonly run: (both: Both) => void;
}

export const SCENARIOS: readonly Scenario[] = [
  { what: "tables of zeros go when they were not used since the last look; the others stay", run: secondChance },
  { what: "no more go than are wanted", run: noMore },
  { what: "a table with a page that was written stays, and what was written", run: written },
  { what: "higher tables go when they lead nowhere", run: higher },
  { what: "a table that spaces share stays", run: shared },
  { what: "another CPU that runs the space is asked to forget it", run: elsewhere },
  { what: "a table of a file's pages goes, but not with one that was written; a fault makes it again", run: ofFile },
  { what: "what a CPU kept when a table became the space's own is forgotten too", run: madeOwn },
];

/** A space with a region of `TABLES` page tables, one page read below each. */
function spaceOfZeros(both: Both): number {
  const space = both.create();
  both.place(space, BORDER, table(TABLES), RegionKind.ANONYMOUS, READ_WRITE);
  both.enter(space);
  readAll(both);
  return space;
}

function readAll(both: Both): void {
  for (let index = 0; index < TABLES; index++) both.access(table(index) + index, Access.READ, 0);
}

function tablesNow(both: Both): number {
  return both.machine.call("ownedFrames", FrameOwner.PAGE_TABLE);
}

/** Takes what it can; each time what is left must be sound. */
function reclaim(both: Both, space: number, wanted = PLENTY): number {
  const before = tablesNow(both);
  const taken = both.reclaim(space, wanted);
  assert.equal(before - tablesNow(both), taken, "tables that are free again");
  both.check();
  return taken;
}

function secondChance(both: Both): void {
  const space = spaceOfZeros(both);
  assert.equal(reclaim(both, space), 0);
  both.access(table(1) + 1, Access.READ, 0);
  assert.equal(reclaim(both, space), TABLES - 1);
  const before = tablesNow(both);
  both.access(table(1) + 1, Access.READ, 0);
  assert.equal(tablesNow(both), before);
  readAll(both);
  assert.equal(tablesNow(both), before + TABLES - 1);
}

function noMore(both: Both): void {
  const space = spaceOfZeros(both);
  reclaim(both, space);
  assert.equal(reclaim(both, space, 2), 2);
  assert.equal(reclaim(both, space, 1), 1);
}

function written(both: Both): void {
  const space = spaceOfZeros(both);
  both.access(table(1) + 500, Access.WRITE, 1);
  reclaim(both, space);
  assert.equal(reclaim(both, space), TABLES - 1);
  assert.equal(reclaim(both, space), 0);
  both.access(table(1) + 500, Access.READ, 1);
}

/** The page lies in a slot where nothing else is: its tables of levels 1 to 3 are for it alone. */
function higher(both: Both): void {
  const space = both.create();
  const page = 5 * 2 ** 32;
  both.place(space, page, page + 1, RegionKind.ANONYMOUS, READ_WRITE);
  both.enter(space);
  const before = tablesNow(both);
  both.access(page, Access.READ, 0);
  assert.equal(tablesNow(both), before + 3);
  for (let round = 0; round < 4; round++) reclaim(both, space);
  assert.equal(tablesNow(both), before);
  both.access(page, Access.READ, 0);
}

function ofFile(both: Both): void {
  const space = both.create();
  both.enter(space);
  both.placeFile(space, table(0), table(1), RegionKind.RODATA, Right.READ, 0);
  both.placeFile(space, table(1), table(1) + 100, RegionKind.RODATA, READ_WRITE, 100);
  const before = tablesNow(both);
  both.access(table(1) + 3, Access.WRITE, 0);
  both.access(table(0) + 7, Access.READ, 2);
  assert.equal(reclaim(both, space), 0);
  assert.equal(reclaim(both, space), 1);
  both.remove(space, table(0), table(0) + 5);
  both.access(table(0) + 7, Access.READ, 2);
  both.access(table(1) + 3, Access.READ, 0);
  assert.equal(tablesNow(both), before);
}

function shared(both: Both): void {
  const space = spaceOfZeros(both);
  const child = both.fork(space);
  for (const one of [space, child, space, child]) assert.equal(reclaim(both, one), 0);
}

function elsewhere(both: Both): void {
  const space = spaceOfZeros(both);
  both.onCpu(1);
  both.enter(space);
  readAll(both);
  both.onCpu(0);
  both.leave();
  const sent = () => Number(both.machine.kernel.wide("eventsOn", 0, CpuEvent.FLUSHES_SENT));
  const before = sent();
  assert.equal(reclaim(both, space), 0);
  assert.equal(sent(), before + 1);
  assert.equal(reclaim(both, space, TABLES), TABLES);
  assert.equal(sent(), before + 2);
  // The tables above are seen to be empty, and go.
  for (let round = 0; round < 4; round++) reclaim(both, space);
  const last = sent();
  assert.equal(reclaim(both, space), 0);
  assert.equal(sent(), last, "nothing changed, and somebody was asked");
  both.onCpu(1);
  const tried = both.machine.tryAccess(addressOf(table(0)), Access.READ);
  assert.ok("error" in tried, "the other CPU still reaches a page whose table is gone");
  readAll(both);
}

/**
 * The entry that leads to a table is written anew when the last that shared it takes it: without A, whatever is cached. No more are taken, so
 * that no other is looked at and flushed for.
 */
function madeOwn(both: Both): void {
  const space = spaceOfZeros(both);
  const child = both.fork(space);
  both.onCpu(1);
  both.enter(space);
  readAll(both);
  both.onCpu(0);
  both.leave();
  both.destroy(child);
  for (let index = 0; index < TABLES; index++) both.fault(space, table(index) + 100, 4);
  assert.equal(reclaim(both, space, TABLES), TABLES);
}
