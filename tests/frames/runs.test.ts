import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { FrameError } from "../../kernel/frames/errors.ts";
import { FrameOwner } from "../../kernel/frames/owners.ts";
import { GIB, MemoryKernel, MIB } from "../support/memory-kernel.ts";
import { holds } from "../support/property.ts";
import { startWordMachine } from "../support/word-machine.ts";

/** Blocks of order 10 to 18, which are runs of whole areas. */

const NONE = 0xffff_ffff;
const AREA = 512;
const MAX_ORDER = 18;

/** Areas of RAM after a hole of some areas. */
interface Piece {
  readonly hole: number;
  readonly areas: number;
}

class Areas {
  readonly kernel = new MemoryKernel([]);
  /** By physical number: who has it, its first frame; 0 when nobody. Undefined: no RAM, or the frame table's. */
  readonly #holders: (number | undefined)[] = [];
  readonly held: { readonly first: number; readonly order: number }[] = [];

  constructor(pieces: readonly Piece[]) {
    let area = 0;
    this.kernel.call("framesForget");
    for (const { hole, areas } of [...pieces, { hole: 3, areas: 5 }]) {
      const first = BigInt(area + hole) * 2n * MIB;
      const last = first + BigInt(areas) * 2n * MIB - 1n;
      assert.equal(this.kernel.call("ramDeclare", first, last + 1n - first), 1);
      assert.equal(this.kernel.call("framesDescribe", first, last, FrameOwner.FREE, 0), FrameError.NONE);
      this.#holders.push(...Array<undefined>(hole), ...Array<number>(areas).fill(0));
      area += hole + areas;
    }
    assert.equal(this.kernel.call("framesBuild"), FrameError.NONE);
    const table = this.kernel.wide("frameTableAddress") / (2n * MIB);
    const end = (this.kernel.wide("frameTableAddress") + this.kernel.wide("frameTableBytes") - 1n) / (2n * MIB);
    for (let taken = table; taken <= end; taken++) this.#holders[Number(taken)] = undefined;
  }

  #isFree(first: number, areas: number): boolean {
    return Array.from({ length: areas }, (_, i) => this.#holders[first + i]).every((holder) => holder === 0);
  }

  #exists(areas: number): boolean {
    for (let first = 0; first < this.#holders.length; first += areas) if (this.#isFree(first, areas)) return true;
    return false;
  }

  allocate(order: number): void {
    const areas = 2 ** (order - 9);
    const expected = this.#exists(areas);
    const first = this.kernel.call("allocateBlock", order, FrameOwner.USER);
    assert.equal(first !== NONE, expected, `order ${order}`);
    if (!expected) return;
    assert.equal(first % 2 ** order, 0);
    assert.ok(this.#isFree(first / AREA, areas), `the block of order ${order} at frame ${first} is held`);
    this.#holders.fill(first, first / AREA, first / AREA + areas);
    this.held.push({ first, order });
  }

  free(index: number): void {
    const [block] = this.held.splice(index % this.held.length, 1);
    if (block === undefined) return;
    assert.equal(this.kernel.call("freeBlock", block.first, block.order), FrameError.NONE);
    this.#holders.fill(0, block.first / AREA, block.first / AREA + 2 ** (block.order - 9));
  }

  /** Breaks an area by one frame, and makes it whole again. */
  touch(): void {
    const frame = this.kernel.call("allocateFrame", FrameOwner.USER);
    assert.equal(this.kernel.call("freeFrame", frame), FrameError.NONE);
    this.kernel.call("drainCache", 0);
  }

  check(): void {
    const error = this.kernel.call("validate");
    assert.equal(error, FrameError.NONE, this.kernel.text("frameErrorText", error));
  }
}

const anyPiece = fc.record({
  hole: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 700 })),
  areas: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 1100 })),
});
const anyOrder = fc.oneof(fc.integer({ min: 9, max: 12 }), fc.integer({ min: 9, max: MAX_ORDER }));
const anyStep = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant("allocate" as const), order: anyOrder }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("free" as const), which: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("touch" as const) }) },
);

test("a block of order 9 to 18 is found when and only when there is one", (t) => {
  const anyRun = fc.record({
    pieces: fc.array(anyPiece, { minLength: 1, maxLength: 4 }),
    steps: fc.array(anyStep, { minLength: 10, maxLength: 30 }),
  });
  const property = fc.property(anyRun, ({ pieces, steps }) => {
    const areas = new Areas(pieces);
    areas.check();
    for (const step of steps) {
      if (step.do === "allocate") areas.allocate(step.order);
      else if (step.do === "free") areas.free(step.which);
      else areas.touch();
    }
    areas.check();
    while (areas.held.length > 0) areas.free(0);
    areas.kernel.call("drainCache", 0);
    areas.check();
    for (let order = MAX_ORDER; order > 9; order--) areas.allocate(order);
  });
  holds(t, property, 100);
});

/** Words read to allocate a block, where a frame is reserved in every 54 MiB: there is no block above order 12. */
function wordsRead(bytes: bigint, orders: readonly number[]): number[] {
  const machine = startWordMachine(40);
  const kernel = new MemoryKernel([], machine.instance);
  kernel.call("framesForget");
  const base = 4n * GIB;
  for (let at = 0n; at + 54n * MIB <= bytes; at += 54n * MIB) {
    kernel.call("framesDescribe", base + at, base + at + 4095n, FrameOwner.RESERVED, 0);
    kernel.call("framesDescribe", base + at + 4096n, base + at + 54n * MIB - 1n, FrameOwner.FREE, 0);
  }
  assert.equal(kernel.call("framesBuild"), FrameError.NONE);
  return orders.map((order) => {
    const before = machine.loads;
    const isFound = kernel.call("allocateBlock", order, FrameOwner.USER) !== NONE;
    assert.equal(isFound, order <= 12, `order ${order}`);
    return machine.loads - before;
  });
}

test("what is read to find a block does not grow with RAM, be there one or not", (t) => {
  const orders = [10, 16, MAX_ORDER];
  const small = wordsRead(1n * GIB, orders);
  const large = wordsRead(64n * GIB, orders);
  t.diagnostic(
    `words read for orders ${orders.join(", ")}: ${small.join(", ")} in 1 GiB, ${large.join(", ")} in 64 GiB`,
  );
  orders.forEach((order, i) => {
    assert.ok(large[i]! <= small[i]! + 30, `order ${order}: ${small[i]} words in 1 GiB, ${large[i]} in 64 GiB`);
  });
});
