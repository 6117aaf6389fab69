import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CpuEvent } from "../../kernel/trace/counters.ts";
import { RegionKind } from "../../kernel/spaces/kinds.ts";
import { BORDER, Both, HEAP_GUARD, HEAP_PAGES } from "./support/both.ts";
import { Access, Feature, Right, usualModule } from "./support/machine.ts";

/**
 * How many pages each change invalidates, how many loads of CR3 flush or keep, and how many interrupts are sent, on two CPUs: as the
 * processors were told (`racing/platform/counting.ts`), and as the kernel counts.
 */

const module = await usualModule();
const READ_WRITE = Right.READ | Right.WRITE;
const PAGES = 64;
const END = BORDER + PAGES;

/** What one CPU did: pages invalidated, CR3 loaded and flushed, CR3 loaded and kept. */
type Done = readonly [pages: number, flushes: number, kept: number];
const NOTHING: Done = [0, 0, 0];

interface Case {
  readonly what: string;
  /** Pages that are written before; all are there. */
  readonly written?: number;
  readonly rights?: number;
  readonly prepare?: (both: Both, space: number) => void;
  readonly change: (both: Both, space: number) => void;
  readonly first: Done;
  readonly second?: Done;
  readonly interrupts?: number;
}

const protect = (count: number, rights: number) => (both: Both, space: number) =>
  both.protect(space, BORDER, BORDER + count, rights);
const remove = (count: number) => (both: Both, space: number) => both.remove(space, BORDER, BORDER + count);
const access = (kind: 4 | 5) => (both: Both) => both.access(BORDER, kind, 0);
const onSecond = (action: (both: Both, space: number) => void) => (both: Both, space: number) => {
  both.onCpu(1);
  action(both, space);
  both.onCpu(0);
};
const enter = (both: Both, space: number) => both.enter(space);
const leave = (both: Both) => both.leave();
const sleep = (both: Both) => both.sleep();
const away = (both: Both) => both.enter(both.create());

const CASES: readonly Case[] = [
  { what: "rights that widen", written: 3, rights: Right.READ, change: protect(8, READ_WRITE), first: NOTHING },
  { what: "fewer rights for pages that nobody accessed", change: protect(8, Right.READ), first: NOTHING },
  { what: "fewer rights for 3 pages that were", written: 3, change: protect(8, Right.READ), first: [3, 0, 0] },
  { what: "the same rights again", written: 3, change: protect(8, READ_WRITE), first: NOTHING },
  { what: "3 pages unmapped", written: 3, change: remove(8), first: [3, 0, 0] },
  { what: "pages unmapped that nobody accessed", change: remove(8), first: NOTHING },
  { what: "as many pages as are invalidated one by one", written: 32, change: remove(32), first: [32, 0, 0] },
  { what: "a page more", written: 33, change: remove(33), first: [0, 1, 0] },
  { what: "a table that goes, though no page of it was accessed", change: remove(PAGES), first: [1, 0, 0] },
  { what: "a first write, and a first read", change: access(Access.WRITE), first: NOTHING },
  { what: "a fork", written: 3, change: (both, space) => void both.fork(space), first: [0, 1, 0] },
  {
    what: "a second fork, with nothing written since the first",
    written: 3,
    prepare: (both, space) => void both.fork(space),
    change: (both, space) => void both.fork(space),
    first: NOTHING,
  },
  {
    what: "the first write after a fork: a table of one's own, and a page",
    written: 3,
    prepare: (both, space) => void both.fork(space),
    change: access(Access.WRITE),
    first: [1, 1, 0],
  },
  {
    what: "a space that the other CPU runs, too",
    written: 3,
    prepare: onSecond(enter),
    change: remove(8),
    first: [3, 0, 0],
    second: [3, 0, 0],
    interrupts: 1,
  },
  {
    what: "many pages of it",
    written: 40,
    prepare: onSecond(enter),
    change: remove(40),
    first: [0, 1, 0],
    second: [0, 1, 0],
    interrupts: 1,
  },
  {
    what: "rights that widen where the other CPU runs, too",
    written: 3,
    rights: Right.READ,
    prepare: onSecond(enter),
    change: protect(8, READ_WRITE),
    first: NOTHING,
  },
  {
    what: "a space that only the other CPU runs",
    written: 3,
    prepare: (both, space) => {
      onSecond(enter)(both, space);
      leave(both);
    },
    change: remove(8),
    first: NOTHING,
    second: [3, 0, 0],
    interrupts: 1,
  },
  {
    what: "a space that the other CPU has left",
    written: 3,
    prepare: onSecond((both, space) => {
      enter(both, space);
      leave(both);
    }),
    change: remove(8),
    first: [3, 0, 0],
  },
  { what: "a space that nobody runs", written: 3, prepare: leave, change: remove(8), first: NOTHING },
  { what: "another space", change: away, first: [0, 1, 0] },
  { what: "a space that is loaded already", change: enter, first: NOTHING },
  { what: "coming back to a space", written: 3, prepare: away, change: enter, first: [0, 0, 1] },
  {
    what: "coming back to a space that has changed",
    written: 3,
    prepare: (both, space) => {
      away(both);
      remove(1)(both, space);
    },
    change: enter,
    first: [0, 1, 0],
  },
  {
    what: "coming back to a space in which nothing was flushed",
    prepare: (both, space) => {
      away(both);
      protect(8, Right.READ)(both, space);
    },
    change: enter,
    first: [0, 0, 1],
  },
  {
    what: "coming back to a space that has changed while it was loaded",
    written: 3,
    prepare: (both, space) => {
      remove(1)(both, space);
      away(both);
    },
    change: enter,
    first: [0, 0, 1],
  },
  { what: "going to sleep", written: 3, change: sleep, first: NOTHING },
  { what: "waking in the same space", written: 3, prepare: sleep, change: enter, first: NOTHING },
  {
    what: "waking in a space that has changed meanwhile",
    written: 3,
    prepare: (both, space) => {
      sleep(both);
      onSecond(remove(8))(both, space);
    },
    change: enter,
    first: [0, 1, 0],
  },
  { what: "waking in another space", written: 3, prepare: sleep, change: away, first: [0, 1, 0] },
  {
    what: "pages of a space that the other CPU sleeps in",
    written: 3,
    prepare: onSecond((both, space) => {
      enter(both, space);
      sleep(both);
    }),
    change: remove(8),
    first: [3, 0, 0],
  },
  {
    what: "a table of a space that the other CPU sleeps in",
    prepare: onSecond((both, space) => {
      enter(both, space);
      sleep(both);
    }),
    change: remove(PAGES),
    first: [1, 0, 0],
    second: [0, 1, 0],
    interrupts: 1,
  },
  {
    what: "another table of a space that the other CPU slept in until one went",
    written: 3,
    prepare: (both, space) => {
      both.access(HEAP_GUARD + 1, Access.WRITE, 0);
      onSecond(enter)(both, space);
      onSecond(sleep)(both, space);
      both.remove(space, BORDER, END);
    },
    change: (both, space) => both.remove(space, HEAP_GUARD, HEAP_GUARD + 2 + HEAP_PAGES),
    first: [1, 0, 0],
  },
  {
    what: "the end of a space that the other CPU sleeps in",
    written: 3,
    prepare: (both, space) => {
      leave(both);
      onSecond(enter)(both, space);
      onSecond(sleep)(both, space);
    },
    change: (both, space) => both.destroy(space),
    first: NOTHING,
    second: [0, 1, 0],
    interrupts: 1,
  },
  {
    what: "the end of a space that was left",
    written: 40,
    prepare: leave,
    change: (both, space) => both.destroy(space),
    first: NOTHING,
  },
];

/** A space of so many pages, some of them written, that CPU 0 runs. */
function start({ written = 0, rights = READ_WRITE, prepare }: Case, hidden = 0): { both: Both; space: number } {
  const both = new Both(module, hidden);
  const space = both.create();
  both.place(space, BORDER, END, RegionKind.ANONYMOUS, READ_WRITE);
  both.populate(space, BORDER, END);
  both.enter(space);
  for (let page = BORDER; page < BORDER + written; page++) both.access(page, Access.WRITE, 0);
  if (rights !== READ_WRITE) both.protect(space, BORDER, END, rights);
  prepare?.(both, space);
  return { both, space };
}

function done(both: Both, cpu: number): number[] {
  return [0, 1, 2].map((what) => both.machine.call("invalidations", cpu, what));
}

function events(both: Both, cpu: number, ...which: number[]): number {
  return which.reduce((sum, event) => sum + both.machine.call("eventsOn", cpu, event), 0);
}

const LOADS = [CpuEvent.SPACES_FORGOTTEN, CpuEvent.ROOTS_LOADED, CpuEvent.ROOTS_LEFT];

describe("invalidated are, for", () => {
  for (const one of CASES) {
    test(one.what, () => {
      const { both, space } = start(one);
      const before = [0, 1].map((cpu) => [...done(both, cpu), ...kernelCounts(both, cpu)]);
      one.change(both, space);
      const after = [0, 1].map((cpu) => [...done(both, cpu), ...kernelCounts(both, cpu)]);
      const [first, second] = after.map((counts, cpu) => counts.map((count, index) => count - before[cpu]![index]!));
      const interrupts = one.interrupts ?? 0;
      assert.deepEqual(first, [...one.first, ...one.first, interrupts, 0], "CPU 0");
      const other = one.second ?? NOTHING;
      assert.deepEqual(second, [...other, ...other, 0, interrupts], "CPU 1");
      both.check();
    });
  }
});

/** Pages, flushes and loads that kept, as `done` has them; then interrupts sent, and served. */
function kernelCounts(both: Both, cpu: number): number[] {
  return [
    events(both, cpu, CpuEvent.PAGES_FORGOTTEN),
    events(both, cpu, ...LOADS),
    events(both, cpu, CpuEvent.ROOTS_KEPT),
    events(both, cpu, CpuEvent.FLUSHES_SENT),
    events(both, cpu, CpuEvent.FLUSHES_SERVED),
  ];
}

test("without process-context identifiers each load of a root flushes", () => {
  const { both, space } = start({ what: "", written: 3, prepare: away, change: enter, first: NOTHING }, Feature.PCID);
  const before = done(both, 0);
  both.enter(space);
  assert.deepEqual(done(both, 0), [before[0], before[1]! + 1, 0]);
});

test("an old translation that allows less costs one page, of that CPU alone", () => {
  const { both, space } = start({ what: "", written: 1, rights: Right.READ, change: enter, first: NOTHING });
  both.access(BORDER, Access.READ, 0);
  both.protect(space, BORDER, BORDER + 1, READ_WRITE);
  const before = done(both, 0);
  both.access(BORDER, Access.WRITE, 0);
  assert.deepEqual(done(both, 0), [before[0]! + 1, before[1], before[2]]);
  both.access(BORDER, Access.WRITE, 0);
  assert.deepEqual(done(both, 0), [before[0]! + 1, before[1], before[2]]);
});
