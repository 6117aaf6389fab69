import assert from "node:assert/strict";
import { test } from "node:test";
import { FrameOwner } from "../../kernel/frames/owners.ts";
import { RegionKind } from "../../kernel/spaces/kinds.ts";
import { BORDER, Both, HEAP_GUARD, type Replacement } from "./support/both.ts";
import { rootOf } from "./support/check.ts";
import { Access, addressOf, Answer, Right, SpaceError, usualModule } from "./support/machine.ts";
import { Half, walkHalf } from "./support/tables.ts";

/** Each operation with its first allocation failing, its second, and so on until it passes: an error, and nothing has changed. */

const module = await usualModule();
const READ_WRITE = Right.READ | Right.WRITE;
const { ANONYMOUS, DATA } = RegionKind;
/** More allocations than any operation here makes. */
const MOST = 600;

interface Operation {
  readonly what: string;
  readonly prepare: (both: Both, space: number) => void;
  /** The kernel's answer. */
  readonly run: (both: Both, space: number) => number;
  readonly passes: number;
  readonly fails: number;
  /** How many times it must have been refused before it passes, at least. Tables that a fault has made stay for the next. */
  readonly atLeast: number;
}

const range = { passes: SpaceError.NONE, fails: SpaceError.NO_MEMORY, atLeast: 1 };
const fault = { passes: Answer.ANSWERED, fails: Answer.NO_MEMORY };

function large(both: Both, space: number): void {
  both.place(space, BORDER, BORDER + 512, ANONYMOUS, READ_WRITE);
  both.enter(space);
  both.access(BORDER + 5, Access.WRITE, 1);
}

function small(both: Both, space: number): void {
  both.place(space, BORDER - 20, BORDER + 20, DATA, READ_WRITE);
  both.enter(space);
  for (let page = BORDER - 20; page < BORDER + 20; page += 3) both.access(page, Access.WRITE, 0);
}

const answer = (page: number, error: number) => (both: Both, space: number) =>
  both.machine.call("answerPageFault", space, BigInt(error), addressOf(page));
const protect = (first: number, end: number) => (both: Both, space: number) =>
  both.machine.callRange("protectRange", space, first, end, Right.READ);
const remove = (first: number, end: number) => (both: Both, space: number) =>
  both.machine.callRange("removeRange", space, first, end);

const replace = (way: Replacement) => (both: Both, space: number) =>
  both.machine.callRange(way, space, BORDER - 3, BORDER + 3, ANONYMOUS, READ_WRITE);

const OPERATIONS: readonly Operation[] = [
  {
    what: "a region is placed",
    prepare: () => {},
    run: (both, space) => both.machine.callRange("placeRegion", space, BORDER, BORDER + 4, DATA, READ_WRITE),
    ...range,
  },
  { what: "the middle of a region is removed", prepare: small, run: remove(BORDER - 3, BORDER + 3), ...range },
  { what: "the middle of a region is protected", prepare: small, run: protect(BORDER - 3, BORDER + 3), ...range },
  {
    what: "part of a large page is removed",
    prepare: large,
    run: remove(BORDER + 3, BORDER + 9),
    ...range,
    atLeast: 2,
  },
  {
    what: "part of a large page is protected",
    prepare: large,
    run: protect(BORDER + 3, BORDER + 9),
    ...range,
    atLeast: 2,
  },
  {
    what: "the heap shrinks by part of a large page",
    prepare: (both, space) => {
      both.moveHeapEnd(space, HEAP_GUARD + 1 + 1100);
      both.enter(space);
      both.access(HEAP_GUARD + 600, Access.WRITE, 0);
    },
    run: (both, space) => both.machine.call("moveHeapEnd", space, addressOf(HEAP_GUARD + 700)),
    ...range,
  },
  {
    what: "part of a large page is sealed",
    prepare: large,
    run: (both, space) => both.machine.callRange("sealRange", space, BORDER + 3, BORDER + 9),
    ...range,
    atLeast: 2,
  },
  { what: "a region takes the place of the middle of one", prepare: small, run: replace("replaceRange"), ...range },
  {
    what: "a region takes the place of part of a large page",
    prepare: large,
    run: (both, space) => both.machine.callRange("replaceRange", space, BORDER + 3, BORDER + 9, DATA, READ_WRITE),
    ...range,
    atLeast: 2,
  },
  {
    what: "a region with all its pages takes the place of the middle of one",
    prepare: small,
    run: replace("replacePopulated"),
    ...range,
    atLeast: 12,
  },
  {
    what: "a region with all its pages takes the place of what a fork shares",
    prepare: (both, space) => {
      small(both, space);
      both.fork(space);
    },
    run: replace("replacePopulated"),
    ...range,
    atLeast: 14,
  },
  {
    what: "a region with all its pages takes the place of a large page's part",
    prepare: large,
    run: (both, space) => both.machine.callRange("replacePopulated", space, BORDER + 3, BORDER + 9, DATA, READ_WRITE),
    ...range,
    atLeast: 12,
  },
  {
    what: "a region with all its pages fills the gap between two that it becomes one with",
    prepare: betweenShared,
    run: (both, space) =>
      both.machine.callRange("placePopulated", space, BORDER + 3, BORDER + 9, ANONYMOUS, READ_WRITE),
    ...range,
    atLeast: 6,
  },
  { what: "a page is read first", prepare: sparse, run: answer(BORDER + 1, 4), ...fault, atLeast: 2 },
  { what: "a page is written first", prepare: sparse, run: answer(BORDER + 1, 6), ...fault, atLeast: 3 },
  {
    what: "a page of zeros is written",
    prepare: (both, space) => {
      sparse(both, space);
      both.enter(space);
      both.access(BORDER + 1, Access.READ, 0);
    },
    run: answer(BORDER + 1, 7),
    ...fault,
    atLeast: 1,
  },
];

/** Two regions with a gap between them, in a page table that a copy has, too. */
function betweenShared(both: Both, space: number): void {
  for (const first of [BORDER, BORDER + 9]) {
    both.place(space, first, first + 3, ANONYMOUS, READ_WRITE);
    both.enter(space);
    both.access(first + 1, Access.WRITE, 0);
  }
  both.fork(space);
}

/** Small pages only, and no tables yet. */
function sparse(both: Both, space: number): void {
  both.place(space, BORDER, BORDER + 20, DATA, READ_WRITE);
}

for (const operation of OPERATIONS) {
  test(`${operation.what}, and each allocation fails in its turn`, () => {
    const { refused, both } = refusals(operation);
    assert.ok(refused >= operation.atLeast, `it was refused ${refused} times only`);
    for (const space of [...both.spaces.keys()]) both.destroy(space);
    assert.equal(both.machine.call("validate"), 0);
  });
}

/** Runs it with allocation 1 failing, then 2, until it passes. */
function refusals(operation: Operation): { refused: number; both: Both } {
  const both = new Both(module);
  const space = both.create();
  operation.prepare(both, space);
  fillSlabs(both);
  for (let refused = 0; refused < MOST; refused++) {
    spendPrepared(both);
    const before = snapshot(both, space);
    both.machine.call("failAllocation", refused + 1);
    const result = operation.run(both, space);
    both.machine.call("failAllocation", 0);
    if (result === operation.passes) return { refused, both };
    assert.equal(result, operation.fails, `allocation ${refused + 1} failed`);
    assert.deepEqual(snapshot(both, space), before, `allocation ${refused + 1} failed`);
    both.check();
  }
  throw new Error("it never passes");
}

/** Leaves no room for a region in the heap's slabs, so that the next one takes a frame. */
function fillSlabs(both: Both): void {
  const space = both.create();
  const objectFrames = () => both.machine.call("ownedFrames", FrameOwner.KERNEL_OBJECTS);
  spendPrepared(both);
  const before = objectFrames();
  for (let page = BORDER; ; page++) {
    both.place(space, page, page + 1, DATA, READ_WRITE);
    spendPrepared(both);
    if (objectFrames() > before) return both.remove(space, page, page + 1);
  }
}

/** What earlier calls have left in hand, regions in the heap's magazines included, would save this one an allocation. */
function spendPrepared(both: Both): void {
  both.machine.call("dropPrepared");
  both.machine.call("drainHeap");
}

/** Regions and pages. Tables that are empty may stay, and one may have become the space's own: whether its pages may be written is `check`'s. */
function snapshot(both: Both, space: number) {
  spendPrepared(both);
  const { leaves } = walkHalf(both.machine, rootOf(both.machine, space), Half.LOWER);
  const pages = leaves.map(({ page, frame, pages, user, executable }) => ({ page, frame, pages, user, executable }));
  return { regions: both.machine.regions(space), pages, objects: both.machine.call("regionCountOf", space) };
}
