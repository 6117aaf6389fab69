import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { FIRST, HUGE, HugeBoth, READ_WRITE } from "./support/huge.ts";
import { HUGE_KNOWN, HUGE_RUNS, hugeBehaves } from "./support/huge-behaviour.ts";
import { rootOf } from "./support/check.ts";
import { Access, Right, usualModule } from "./support/machine.ts";
import { Bit, entryFor } from "./support/tables.ts";
import { holds } from "../support/property.ts";

/** Pages of 1 GiB: who asks to populate gets them, and what is left of one that is taken apart. */

const module = await usualModule();
/** Feature.PAGE_1G of platform/embedded/model/cpu/features.ts. */
const PAGE_1G = 32;

function start(first: number, end: number, hidden = 0): { both: HugeBoth; space: number } {
  const both = new HugeBoth(module, hidden);
  const space = both.create();
  both.place(space, first, end, READ_WRITE);
  both.enter(space);
  return { both, space };
}

function populated(first: number, end: number): { both: HugeBoth; space: number } {
  const { both, space } = start(first, end);
  assert.ok(both.populate(space, first, end));
  return { both, space };
}

describe("populating", () => {
  test("a whole gigabyte is one page, what is around it smaller ones", () => {
    const { both, space } = populated(HUGE - 3, 2 * HUGE + 514);
    assert.equal(both.shape(space), "3×4K 1G 2M 2×4K");
    both.check();
    both.end();
  });

  test("a gigabyte less a page is 511 pages of 2 MiB, and 511 of 4 KiB", () => {
    const { both, space } = populated(HUGE, 2 * HUGE - 1);
    assert.equal(both.shape(space), "511×2M 511×4K");
    both.end();
  });

  test("on a processor without pages of 1 GiB it is 512 of 2 MiB", () => {
    const { both, space } = start(HUGE, 2 * HUGE, PAGE_1G);
    assert.ok(both.populate(space, HUGE, 2 * HUGE));
    assert.equal(both.shape(space), "512×2M");
    both.end();
  });

  test("where something is mapped already, it is smaller pages around it", () => {
    const { both, space } = start(HUGE, 2 * HUGE);
    both.access(HUGE + 5000, Access.WRITE);
    assert.ok(both.populate(space, HUGE, 2 * HUGE));
    assert.equal(both.shape(space), "512×2M");
    both.check();
    both.end();
  });

  test("a second time changes nothing", () => {
    const { both, space } = populated(HUGE, 2 * HUGE);
    assert.ok(both.populate(space, HUGE, 2 * HUGE));
    assert.equal(both.shape(space), "1G");
    both.end();
  });

  test("where no gigabyte is whole any more, it is smaller pages", () => {
    const { both, space } = populated(0, 2 * HUGE);
    assert.equal(both.shape(space), "2×1G");
    both.place(space, 2 * HUGE, 3 * HUGE, READ_WRITE);
    assert.ok(both.populate(space, 2 * HUGE, 2 * HUGE + HUGE / 2));
    assert.equal(both.shape(space), "2×1G 256×2M");
    both.end();
  });
});

test("a first write makes no page of 1 GiB: it would be zeroed while all wait", () => {
  const { both, space } = start(HUGE, 2 * HUGE);
  both.access(HUGE + 1000, Access.WRITE);
  assert.equal(both.shape(space), "2M");
  both.end();
});

const LARGE_PAT = 1n << 12n;

/** The entry of level 3 for the second gigabyte. */
function hugeSlot({ machine }: HugeBoth, space: number): bigint {
  const table = entryFor(machine, rootOf(machine, space), FIRST + HUGE, 4)!.frame;
  return BigInt(table) * 4096n + BigInt(Math.floor((FIRST + HUGE) / HUGE) % 512) * 8n;
}

for (const bits of [Bit.ACCESSED | Bit.DIRTY, Bit.ACCESSED, 0]) {
  test(`a page of 1 GiB that is taken apart twice keeps contents, rights, caching and A/D (${bits}) of the rest`, () => {
    const { both, space } = populated(HUGE, 2 * HUGE);
    for (const page of [0, 511, 512, 1000, HUGE / 2, HUGE - 1]) both.access(HUGE + page, Access.WRITE);
    const [huge] = both.walk(space).leaves;
    const slot = hugeSlot(both, space);
    const entry = both.machine.kernel.wide("physLoad64", slot) & ~BigInt(Bit.ACCESSED | Bit.DIRTY);
    both.machine.call("physStore64", slot, entry | LARGE_PAT | BigInt(bits | Bit.WRITE_THROUGH));
    both.leave();
    both.machine.callRange("protectRange", space, FIRST + HUGE + 1000, FIRST + HUGE + 1001, Right.READ);
    assert.equal(both.shape(space), "2M 512×4K 510×2M");
    for (const leaf of both.walk(space).leaves) {
      const at = leaf.page - FIRST - HUGE;
      assert.equal(leaf.frame, huge!.frame + at);
      assert.deepEqual([leaf.user, leaf.writable, leaf.executable], [true, at !== 1000, false]);
      assert.equal(leaf.low & (Bit.ACCESSED | Bit.DIRTY), bits);
      assert.equal(leaf.memoryType, 5, "PAT and PWT are where they belong in each size");
    }
    both.destroy(space);
    assert.equal(both.machine.call("validate"), 0);
  });
}

test("it is one page again when all of it is alike again, from the smallest up", () => {
  const { both, space } = populated(HUGE, 2 * HUGE);
  both.access(HUGE + 700, Access.WRITE);
  both.protect(space, HUGE + 1000, HUGE + 1001, Right.READ);
  assert.equal(both.shape(space), "2M 512×4K 510×2M");
  both.check();
  both.protect(space, HUGE + 1000, HUGE + 1001, READ_WRITE);
  assert.equal(both.shape(space), "1G");
  both.check();
  both.end();
});

for (const [what, level, pat] of [
  ["2 MiB", 2, LARGE_PAT],
  ["4 KiB", 1, 1n << 7n],
] as const) {
  test(`pages of ${what} that are cached otherwise than their neighbours do not become one with them`, () => {
    const { both, space } = populated(HUGE, 2 * HUGE);
    both.protect(space, HUGE + 1000, HUGE + 1001, Right.READ);
    const page = FIRST + HUGE + (level === 2 ? 5 * 512 : 1010);
    const above = entryFor(both.machine, rootOf(both.machine, space), page, level + 1)!.frame;
    const slot = BigInt(above) * 4096n + BigInt(Math.floor(page / 512 ** (level - 1)) % 512) * 8n;
    both.leave();
    both.machine.call("physStore64", slot, both.machine.kernel.wide("physLoad64", slot) | pat);
    both.protect(space, HUGE + 1000, HUGE + 1001, READ_WRITE);
    assert.equal(both.shape(space), level === 2 ? "512×2M" : "2M 512×4K 510×2M");
    both.destroy(space);
  });
}

test("pages of 2 MiB that lie elsewhere are not copied into one of 1 GiB", () => {
  const { both, space } = start(HUGE, 2 * HUGE);
  for (let page = 2 * HUGE - 512; page >= HUGE; page -= 512) both.access(page, Access.WRITE);
  assert.equal(both.shape(space), "512×2M");
  both.protect(space, HUGE, HUGE + 1, Right.READ);
  both.protect(space, HUGE, HUGE + 1, READ_WRITE);
  assert.equal(both.shape(space), "512×2M");
  both.check();
  both.end();
});

test("parts of it are unmapped, and go back", () => {
  for (const [first, end, shape] of [
    [0, 1, "511×4K 511×2M"],
    [HUGE - 1, HUGE, "511×2M 511×4K"],
    [512, 1024, "511×2M"],
    [700, HUGE - 700, "2M 376×4K 2M"],
    [0, HUGE, ""],
  ] as const) {
    const { both, space } = populated(HUGE, 2 * HUGE);
    both.access(HUGE + 3, Access.WRITE);
    both.access(2 * HUGE - 3, Access.WRITE);
    both.remove(space, HUGE + first, HUGE + end);
    assert.equal(both.shape(space), shape);
    both.check();
    both.end();
  }
});

test("two tasks have it as one page while they read; who writes takes his own apart, and copies 4 KiB", () => {
  const { both, space } = populated(HUGE, 2 * HUGE);
  both.access(HUGE + 9, Access.WRITE);
  const child = both.fork(space);
  both.access(HUGE + 9, Access.READ);
  assert.deepEqual([both.shape(space), both.shape(child)], ["1G", "1G"]);
  both.check();
  both.access(HUGE + 9, Access.WRITE);
  assert.deepEqual([both.shape(space), both.shape(child)], ["512×4K 511×2M", "1G"]);
  both.check();
  both.enter(child);
  both.access(HUGE + 9, Access.READ);
  both.access(HUGE + 600, Access.WRITE);
  both.check();
  both.destroy(space);
  both.access(HUGE + 10, Access.WRITE);
  both.check();
  both.end();
});

test("whatever is done to spaces with pages of 1 GiB, they hold what the model holds, and give everything back", (t) => {
  holds(t, hugeBehaves(module), HUGE_RUNS, HUGE_KNOWN);
});
