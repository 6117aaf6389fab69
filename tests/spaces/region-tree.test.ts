import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { compileKernelPart, startKernelPart, type KernelInstance } from "../support/kernel-module.ts";
import { holds } from "../support/property.ts";

/** The tree of a space's regions against a sorted list. */

const PAGE = 4096n;
const PAGES = 300n;
const NO_GAP = 2n ** 64n - 1n;
const NONE = 0xffff_ffff;
const module = await compileKernelPart({ entry: "tests/spaces/region-tree-entry.ts", platform: "embedded" });

interface Range {
  readonly index: number;
  first: bigint;
  last: bigint;
}

class Both {
  readonly kernel: KernelInstance = startKernelPart(module);
  list: Range[] = [];
  made = 0;

  call(name: string, ...args: (number | bigint)[]): number | bigint {
    return this.kernel.functions[name]!(...args);
  }

  at(address: bigint): Range | undefined {
    return this.list.find(({ first, last }) => first <= address && address <= last);
  }

  isFree(first: bigint, last: bigint): boolean {
    return this.list.every((range) => range.last < first || range.first > last);
  }

  sort(): void {
    this.list.sort((a, b) => (a.first < b.first ? -1 : 1));
  }

  check(): void {
    assert.notEqual(this.call("depth"), NONE, "a region contradicts what lies below it");
    let address = 0n;
    for (const { index, first, last } of this.list) {
      assert.equal(this.call("from", address), index);
      assert.equal(this.call("firstOf", index), first);
      assert.equal(this.call("lastOf", index), last);
      address = last + 1n;
    }
    assert.equal(this.call("from", address), NONE);
  }
}

const page = fc.bigInt(1n, PAGES);
const length = fc.bigInt(1n, 40n);
const priority = fc.nat(2 ** 31);

type Step = (both: Both) => void;

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(page, length, priority).map(
    ([at, pages, drawn]) =>
      (both: Both) =>
        add(both, at * PAGE, pages, drawn),
  ),
  fc.tuple(page, length).map(
    ([at, pages]) =>
      (both: Both) =>
        takeOut(both, at * PAGE, (at + pages) * PAGE - 1n),
  ),
  fc.tuple(page, priority).map(
    ([at, drawn]) =>
      (both: Both) =>
        cut(both, at * PAGE, drawn),
  ),
  page.map((at) => (both: Both) => mend(both, at * PAGE)),
  fc.tuple(page, length).map(
    ([at, pages]) =>
      (both: Both) =>
        stretch(both, at * PAGE, pages),
  ),
  page.map((at) => (both: Both) => look(both, at * PAGE)),
  fc.tuple(page, page, length, fc.constantFrom(1n, 1n, 8n, 64n)).map(
    ([low, pages, bytes, unit]) =>
      (both: Both) =>
        gap(both, low, low + pages, bytes, unit),
  ),
);

function add(both: Both, first: bigint, pages: bigint, priority: number): void {
  const last = first + pages * PAGE - 1n;
  assert.equal(both.call("free", first, last), both.isFree(first, last) ? 1 : 0);
  if (!both.isFree(first, last)) return;
  both.call("add", both.made, first, last, priority);
  both.list.push({ index: both.made++, first, last });
  both.sort();
}

/** Only whole regions are taken: the range is widened to what it touches. */
function takeOut(both: Both, first: bigint, last: bigint): void {
  const low = both.at(first)?.first ?? first;
  const high = both.at(last)?.last ?? last;
  both.call("take", low, high);
  const gone = both.list.filter((range) => range.first >= low && range.last <= high);
  let address = 0n;
  for (const range of gone) {
    assert.equal(both.call("takenFrom", address), range.index);
    address = range.last + 1n;
  }
  assert.equal(both.call("takenFrom", address), NONE);
  both.list = both.list.filter((range) => !gone.includes(range));
}

function cut(both: Both, address: bigint, priority: number): void {
  const range = both.at(address);
  if (range === undefined || range.first === address) return;
  both.call("divideAt", address, both.made, priority);
  both.list.push({ index: both.made++, first: address, last: range.last });
  range.last = address - 1n;
  both.sort();
}

function mend(both: Both, address: bigint): void {
  const above = both.list.find(({ first }) => first === address);
  const below = both.list.find(({ last }) => last === address - 1n);
  if (above === undefined || below === undefined) return;
  assert.equal(both.call("mendAt", address), above.index);
  below.last = above.last;
  both.list = both.list.filter((range) => range !== above);
}

function stretch(both: Both, address: bigint, pages: bigint): void {
  const range = both.at(address);
  if (range === undefined || !both.isFree(range.last + 1n, range.last + pages * PAGE)) return;
  range.last += pages * PAGE;
  both.call("grow", range.index, range.last);
}

function look(both: Both, address: bigint): void {
  assert.equal(both.call("find", address), both.at(address)?.index ?? NONE);
  assert.equal(both.call("from", address), both.list.find(({ last }) => last >= address)?.index ?? NONE);
  assert.equal(both.call("beforeIt"), both.list.findLast(({ last }) => last < address)?.index ?? NONE);
}

function gap(both: Both, low: bigint, high: bigint, pages: bigint, unit: bigint): void {
  let expected = NO_GAP;
  for (let at = low; at + pages <= high && expected === NO_GAP; at++) {
    if (at % unit === 0n && both.isFree(at * PAGE, (at + pages) * PAGE - 1n)) expected = at * PAGE;
  }
  assert.equal(both.call("gap", low * PAGE, high * PAGE, pages * PAGE, unit * PAGE), expected);
}

test("a tree of regions is what a sorted list would be, after every step", (t) => {
  const property = fc.property(fc.array(anyStep, { maxLength: 120 }), (steps) => {
    const both = new Both();
    for (const step of steps) {
      step(both);
      both.check();
    }
  });
  holds(t, property, 200);
});

test("thousands of regions in ascending order are not deep", () => {
  const both = new Both();
  for (let i = 0; i < 4000; i++)
    both.call("add", i, BigInt(2 * i + 1) * PAGE, BigInt(2 * i + 2) * PAGE - 1n, (i * 0x9e3779b1) >>> 1);
  const depth = Number(both.call("depth"));
  assert.ok(depth > 11 && depth < 40, `depth ${depth}`);
});
