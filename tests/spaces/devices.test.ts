import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Caching } from "../../kernel/paging/caching.ts";
import { RegionKind } from "../../kernel/spaces/kinds.ts";
import { GIB, MIB } from "../support/memory-kernel.ts";
import { BORDER } from "./support/both.ts";
import { rootOf } from "./support/check.ts";
import { addressOf, Right, SpaceError, SpaceMachine, usualModule } from "./support/machine.ts";
import { compileMutant, type Mutant } from "./support/mutants.ts";
import { Bit, Half, leafFor, walkHalf, type Leaf } from "./support/tables.ts";

/** Device memory in spaces: every size of page, and its type in each, whatever becomes of the mapping. RAM ends at 128 MiB here. */

const module = await usualModule();
const READ_WRITE = Right.READ | Right.WRITE;
const DEVICE = 8n * GIB;
const TYPE = { [Caching.UNCACHED]: 3, [Caching.WRITE_COMBINING]: 5 } as const;
const HUGE = 2 ** 18;

function start(from = module) {
  const machine = new SpaceMachine(from);
  const space = machine.call("makeSpace");
  return { machine, space };
}

function place(
  machine: SpaceMachine,
  space: number,
  pages: number,
  physical: bigint,
  more: { rights?: number; caching?: number } = {},
) {
  const { rights = READ_WRITE, caching = Caching.UNCACHED } = more;
  const [first, last] = [addressOf(BORDER), addressOf(BORDER + pages) - 1n];
  return machine.call("placeDevice", space, first, last, physical, rights, caching);
}

function leaves(machine: SpaceMachine, space: number): readonly Leaf[] {
  return walkHalf(machine, rootOf(machine, space), Half.LOWER).leaves;
}

/** Each page of the device is where it should be, as it should be. */
function check(machine: SpaceMachine, space: number, caching: number, writable = true): void {
  for (const leaf of leaves(machine, space)) {
    assert.equal(BigInt(leaf.frame) * 4096n, DEVICE + addressOf(leaf.page - BORDER));
    assert.deepEqual([leaf.user, leaf.writable, leaf.executable], [true, writable, false]);
    assert.equal(leaf.memoryType, TYPE[caching as keyof typeof TYPE], `${leaf.pages} pages at ${leaf.page - BORDER}`);
    assert.equal(leaf.low & (Bit.OWNED | Bit.FOREIGN | Bit.GLOBAL), Bit.OWNED | Bit.FOREIGN);
  }
}

for (const caching of [Caching.UNCACHED, Caching.WRITE_COMBINING] as const) {
  describe(`a device of type ${caching}`, () => {
    test("is mapped at once, in the largest pages that there are", () => {
      const { machine, space } = start();
      assert.equal(place(machine, space, HUGE + 512 + 3, DEVICE, { caching }), SpaceError.NONE);
      assert.deepEqual(
        leaves(machine, space).map(({ pages }) => pages),
        [HUGE, 512, 1, 1, 1],
      );
      check(machine, space, caching);
      assert.deepEqual(machine.regions(space), [
        { first: BORDER, last: BORDER + HUGE + 514, kind: RegionKind.DEVICE, rights: READ_WRITE },
      ]);
    });

    test("is never code: the right to execute is refused afterwards, too, and nothing changes", () => {
      const { machine, space } = start();
      assert.equal(place(machine, space, 3, DEVICE, { caching }), SpaceError.NONE);
      const rights = Right.READ | Right.EXECUTE;
      assert.equal(machine.callRange("protectRange", space, BORDER, BORDER + 2, rights), SpaceError.BAD_RIGHTS);
      check(machine, space, caching);
    });

    test("keeps its type when its pages are split, protected, unmapped in part, and become one again", () => {
      const { machine, space } = start();
      assert.equal(place(machine, space, HUGE, DEVICE, { caching }), SpaceError.NONE);
      const range = [BORDER + 700, BORDER + 701] as const;
      assert.equal(machine.callRange("protectRange", space, ...range, Right.READ), SpaceError.NONE);
      assert.equal(leafFor(leaves(machine, space), BORDER + 700)!.writable, false);
      assert.equal(leaves(machine, space).length, 511 + 512);
      assert.equal(machine.callRange("protectRange", space, ...range, READ_WRITE), SpaceError.NONE);
      check(machine, space, caching);
      assert.equal(machine.callRange("removeRange", space, BORDER + 1000, BORDER + 2000), SpaceError.NONE);
      check(machine, space, caching);
      machine.call("endSpace", space);
      assert.equal(machine.call("validate"), 0);
    });

    test("is a fork's, too, and both may write", () => {
      const { machine, space } = start();
      assert.equal(place(machine, space, HUGE + 515, DEVICE, { caching }), SpaceError.NONE);
      const child = machine.call("forkOf", space);
      for (const one of [space, child]) {
        // Small pages are in a table that both share until one of them changes it: a write fault is answered by a table of one's own.
        const small = addressOf(BORDER + HUGE + 513);
        assert.equal(machine.call("answerPageFault", one, 6n, small), 0);
        check(machine, one, caching);
      }
      machine.call("endSpace", space);
      check(machine, child, caching);
      machine.call("endSpace", child);
      assert.equal(machine.call("validate"), 0);
    });
  });
}

const REFUSED: readonly [string, bigint, number, { rights?: number; caching?: number }, number][] = [
  ["RAM", 64n * MIB, 1, {}, SpaceError.NO_DEVICE],
  ["what has RAM in it", 0n, HUGE, {}, SpaceError.NO_DEVICE],
  ["what begins in RAM", 127n * MIB, 1024, {}, SpaceError.NO_DEVICE],
  ["what is beyond the processor's addresses", 1n << 40n, 1, {}, SpaceError.NO_DEVICE],
  ["what ends there", (1n << 40n) - 4096n, 2, {}, SpaceError.NO_DEVICE],
  ["what is no whole page", DEVICE + 8n, 1, {}, SpaceError.BAD_RANGE],
  ["what is to be executed", DEVICE, 1, { rights: Right.READ | Right.EXECUTE }, SpaceError.BAD_RIGHTS],
  ["what is to be cached", DEVICE, 1, { caching: Caching.WRITE_BACK }, SpaceError.BAD_RIGHTS],
];

function checkRefused([, physical, pages, more, error]: (typeof REFUSED)[number], from = module): void {
  const { machine, space } = start(from);
  assert.equal(place(machine, space, pages, physical, more), error);
  assert.deepEqual(leaves(machine, space), []);
  assert.deepEqual(machine.regions(space), []);
}

/** The kernel has some of it with another type; with the same it may be had. */
function checkTypes(from = module): void {
  const { machine, space } = start(from);
  assert.notEqual(machine.kernel.wide("mapAperture", DEVICE, 4096n, Caching.WRITE_COMBINING), 0n);
  assert.equal(place(machine, space, 2, DEVICE - 4096n), SpaceError.NO_DEVICE);
  assert.equal(place(machine, space, 1, DEVICE, { caching: Caching.WRITE_COMBINING }), SpaceError.NONE);
}

describe("is refused as a device's, and nothing is mapped:", () => {
  for (const row of REFUSED) test(row[0], () => checkRefused(row));
  test("what the kernel has mapped with another type", () => checkTypes());

  test("what is to lie where something is", () => {
    const { machine, space } = start();
    assert.equal(machine.callRange("placeRegion", space, BORDER, BORDER + 1, RegionKind.ANONYMOUS, READ_WRITE), 0);
    assert.equal(place(machine, space, 4, DEVICE), SpaceError.OVERLAP);
  });
});

test("pages of devices that are alike and do not lie in a row are never copied into one", () => {
  const { machine, space } = start();
  for (let page = 0; page < 2; page++) {
    const [first, last] = [addressOf(BORDER + page * 256), addressOf(BORDER + (page + 1) * 256) - 1n];
    const physical = DEVICE + BigInt(page) * GIB;
    assert.equal(machine.call("placeDevice", space, first, last, physical, READ_WRITE, Caching.UNCACHED), 0);
  }
  assert.equal(machine.callRange("protectRange", space, BORDER, BORDER + 512, Right.READ), SpaceError.NONE);
  const found = leaves(machine, space);
  assert.equal(found.length, 512);
  assert.equal(BigInt(found[511]!.frame) * 4096n, DEVICE + GIB + 255n * 4096n);
});

const RANGES = "kernel/paging/device-ranges.ts";
const MUTANTS: readonly Mutant[] = [
  {
    what: "RAM is a device",
    file: RANGES,
    from: "if (touchesRam(first, last)) return",
    to: "if (last < first) return",
  },
  {
    what: "only the last byte is looked at",
    file: RANGES,
    from: "touchesRam(first, last)",
    to: "touchesRam(last, last)",
  },
  {
    what: "frame numbers that the processor does not have reach entries",
    file: RANGES,
    from: "last >> PAGE_SHIFT >= physicalPages()",
    to: "first >> PAGE_SHIFT >= physicalPages()",
  },
  {
    what: "a page has two types",
    file: RANGES,
    from: "if (load<u64>(rangeAt(i), 16) != caching) return DeviceError.OTHER_TYPE;",
    to: "",
  },
];

describe("a planted mistake is found:", () => {
  for (const [index, mutant] of MUTANTS.entries()) {
    test(mutant.what, async () => {
      const mutated = await compileMutant(mutant, `devices-${index}`);
      assert.throws(() => {
        for (const row of REFUSED) checkRefused(row, mutated);
        checkTypes(mutated);
      });
    });
  }
});
