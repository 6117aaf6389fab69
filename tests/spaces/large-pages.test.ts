import assert from "node:assert/strict";
import { test } from "node:test";
import { RegionKind } from "../../kernel/spaces/kinds.ts";
import { BORDER, Both } from "./support/both.ts";
import { rootOf } from "./support/check.ts";
import { Access, Right, usualModule } from "./support/machine.ts";
import { Bit, entryFor, Half, walkHalf, type Leaf } from "./support/tables.ts";

/** Pages of 2 MiB: when they come by themselves, and what is left of one that is taken apart. */

const module = await usualModule();
const READ_WRITE = Right.READ | Right.WRITE;
/** PAT of a large page's entry; of a small one's it is where LARGE is (SDM 3A 4.9.2). */
const LARGE_PAT = 1n << 12n;

function start(first: number, end: number): { both: Both; space: number } {
  const both = new Both(module);
  const space = both.create();
  both.place(space, first, end, RegionKind.ANONYMOUS, READ_WRITE);
  both.enter(space);
  return { both, space };
}

function leaves({ machine }: Both, space: number): readonly Leaf[] {
  return walkHalf(machine, rootOf(machine, space), Half.LOWER).leaves;
}

function sizes(both: Both, space: number): number[] {
  return leaves(both, space).map(({ pages }) => pages);
}

test("a write where 2 MiB fit makes a large page; one page less, and it is small", () => {
  const cases = [
    { first: BORDER, end: BORDER + 512, size: 512 },
    { first: BORDER - 1, end: BORDER + 513, size: 512 },
    { first: BORDER + 1, end: BORDER + 512, size: 1 },
    { first: BORDER, end: BORDER + 511, size: 1 },
  ];
  for (const { first, end, size } of cases) {
    const { both, space } = start(first, end);
    both.access(BORDER + 300, Access.WRITE, 1);
    assert.deepEqual(sizes(both, space), [size], `from ${first - BORDER} to ${end - BORDER}`);
    both.check();
  }
});

test("a read makes no large page, and a page that is there already prevents one", () => {
  const { both, space } = start(BORDER, BORDER + 512);
  both.access(BORDER + 7, Access.READ, 0);
  both.access(BORDER + 8, Access.WRITE, 0);
  assert.deepEqual(sizes(both, space), [1, 1]);
  both.check();
});

test("populating makes large pages where they fit, and small ones around them", () => {
  const { both, space } = start(BORDER - 3, BORDER + 514);
  both.populate(space, BORDER - 3, BORDER + 514);
  assert.deepEqual(sizes(both, space), [1, 1, 1, 512, 1, 1]);
  both.check();
});

/** Where the entry of level 2 for BORDER is. */
function directorySlot({ machine }: Both, space: number): bigint {
  const table = entryFor(machine, rootOf(machine, space), BORDER, 3)!.frame;
  return BigInt(table) * 4096n + BigInt(Math.floor(BORDER / 512) % 512) * 8n;
}

const SPLITS = {
  protecting: (both: Both, space: number) => both.protect(space, BORDER + 100, BORDER + 101, Right.READ),
  unmapping: (both: Both, space: number) => both.remove(space, BORDER + 100, BORDER + 101),
} as const;

for (const [what, split] of Object.entries(SPLITS)) {
  for (const processorBits of [Bit.ACCESSED | Bit.DIRTY, Bit.ACCESSED, 0]) {
    test(`${what} a page of a large one keeps contents, rights, caching and A/D (${processorBits}) of the rest`, () => {
      const { both, space } = start(BORDER, BORDER + 512);
      for (const page of [0, 1, 99, 101, 511]) both.access(BORDER + page, Access.WRITE, page % 2 === 0 ? 0 : 2);
      const [large] = leaves(both, space);
      const slot = directorySlot(both, space);
      const bits = both.machine.kernel.wide("physLoad64", slot) & ~BigInt(Bit.ACCESSED | Bit.DIRTY);
      both.machine.call("physStore64", slot, bits | LARGE_PAT | BigInt(processorBits));
      both.leave();
      split(both, space);
      const small = leaves(both, space);
      assert.equal(small.length, what === "protecting" ? 512 : 511);
      for (const { page, frame, pages, writable, user, executable, low } of small) {
        assert.deepEqual([pages, frame], [1, large!.frame + (page - BORDER)]);
        assert.deepEqual([user, writable, executable], [true, page !== BORDER + 100, false]);
        assert.equal(low & (Bit.ACCESSED | Bit.DIRTY), processorBits);
        // Bit 7 is PAT here.
        assert.equal(low & Bit.LARGE, Bit.LARGE, "the PAT bit has moved");
        assert.equal(low & (Bit.WRITE_THROUGH | Bit.CACHE_DISABLE | Bit.GLOBAL), 0);
        checkContents(both, space, page, frame);
      }
      both.destroy(space);
      assert.equal(both.machine.call("validate"), 0);
    });
  }
}

function checkContents(both: Both, space: number, page: number, frame: number): void {
  const { words } = both.model(space).pages.get(page)!.contents;
  const found = both.machine.frameWords(frame);
  assert.deepEqual([found[0], found[517], found[1023]], words);
}

test("a large page that was taken apart is one again when its pages are alike again", () => {
  const { both, space } = start(BORDER, BORDER + 512);
  both.access(BORDER, Access.WRITE, 0);
  both.protect(space, BORDER + 100, BORDER + 101, Right.READ);
  assert.equal(sizes(both, space).length, 512);
  both.check();
  both.protect(space, BORDER + 100, BORDER + 101, READ_WRITE);
  assert.deepEqual(sizes(both, space), [512]);
  both.check();
});

test("a large page that two tasks have stays large for who reads, and is copied page by page", () => {
  const { both, space } = start(BORDER, BORDER + 512);
  both.access(BORDER + 9, Access.WRITE, 0);
  const child = both.fork(space);
  both.access(BORDER + 9, Access.READ, 0);
  assert.deepEqual([sizes(both, space), sizes(both, child)], [[512], [512]]);
  both.check();
  both.access(BORDER + 9, Access.WRITE, 1);
  assert.deepEqual([sizes(both, space).length, sizes(both, child)], [512, [512]]);
  both.check();
  both.end();
});
