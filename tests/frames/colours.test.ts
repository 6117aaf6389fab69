import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { FrameError } from "../../kernel/frames/errors.ts";
import { FrameOwner } from "../../kernel/frames/owners.ts";
import { AGENT, ARENA, ARENA_BYTES, descriptor, EfiType, MemoryKernel, MIB } from "../support/memory-kernel.ts";
import { holds } from "../support/property.ts";

/** Frames by colour: balance, the promise that a set is, and what happens when a colour runs out. */

const NONE = 0xffff_ffff;
const RAM_BYTES = 40n * MIB;

function start(colours: number): MemoryKernel {
  const kernel = new MemoryKernel([{ first: 0n, bytes: RAM_BYTES }]);
  const above = descriptor(EfiType.CONVENTIONAL, ARENA + ARENA_BYTES, RAM_BYTES - ARENA - ARENA_BYTES);
  kernel.bringUp({ descriptors: [descriptor(EfiType.CONVENTIONAL, 0n, ARENA), AGENT, above] });
  kernel.call("setColours", colours);
  return kernel;
}

function setOf(kernel: MemoryKernel, index: number, allowed: bigint): () => number {
  const set = kernel.call("colourSetAt", index);
  kernel.call("allowColours", set, allowed);
  return () => kernel.call("allocateFrameColoured", set, FrameOwner.USER);
}

function bitsOf(allowed: bigint, colours: number): number[] {
  return Array.from({ length: colours }, (_, colour) => colour).filter((colour) => (allowed >> BigInt(colour)) & 1n);
}

function sound(kernel: MemoryKernel): void {
  assert.equal(kernel.call("validate"), FrameError.NONE);
}

const anyColours = fc.constantFrom(1, 2, 4, 8, 16, 32, 64);
const anySet = fc.bigInt({ min: 1n, max: 2n ** 64n - 1n });

test("of any run of frames no colour has two more than another, and none is outside the set", (t) => {
  const property = fc.property(anyColours, anySet, fc.integer({ min: 1, max: 100 }), (colours, allowed, count) => {
    const kernel = start(colours);
    const allocate = setOf(kernel, 0, allowed);
    const own = bitsOf(allowed, colours);
    const taken = Array.from({ length: own.length === 0 ? 0 : count }, allocate);
    const order = taken.map((frame) => frame % colours);
    // Colours that take turns: any run of as many as there are has each of them once.
    for (let at = 0; at + own.length <= order.length; at++) {
      assert.deepEqual(
        order.slice(at, at + own.length).sort((a, b) => a - b),
        own,
        `run from ${at}`,
      );
    }
    assert.equal(new Set(taken).size, taken.length);
    sound(kernel);
  });
  holds(t, property, 40);
});

test("tasks with sets of their own never meet, whatever is allocated and freed between", (t) => {
  const step = fc.record({ who: fc.nat(3), frees: fc.boolean(), order: fc.constantFrom(0, 0, 0, 1, 4, 9) });
  const property = fc.property(fc.array(step, { minLength: 100, maxLength: 400 }), (steps) => {
    const kernel = start(16);
    const sets = [0x000fn, 0x00f0n, 0x8100n];
    const allocate = sets.map((allowed, index) => setOf(kernel, index, allowed));
    const held = new Map<number, number>();
    for (const { who, frees, order } of steps) {
      const [first] = held;
      if (frees && first !== undefined) {
        held.delete(first[0]);
        assert.equal(kernel.call("freeBlock", first[0], first[1]), FrameError.NONE);
      } else if (who === 3) {
        const frame = kernel.call("allocateBlock", order, FrameOwner.USER);
        if (frame !== NONE) held.set(frame, order);
      } else {
        const frame = allocate[who]!();
        assert.notEqual(frame, NONE);
        assert.ok((sets[who]! >> BigInt(frame % 16)) & 1n, `frame ${frame} for set ${sets[who]!.toString(2)}`);
        assert.ok(!held.has(frame));
        held.set(frame, 0);
      }
    }
    sound(kernel);
  });
  holds(t, property, 12);
});

test("a colour that runs out is left to the others of the set; a set that has run out has none, though there is memory", () => {
  const kernel = start(16);
  const one = setOf(kernel, 0, 1n << 3n);
  const both = setOf(kernel, 1, (1n << 3n) | (1n << 5n));
  let frames = 0;
  for (let frame = one(); frame !== NONE; frame = one(), frames++) assert.equal(frame % 16, 3);
  const free = kernel.call("freeFrames");
  assert.ok(frames > 300 && free > 4000, `${frames} taken, ${free} left`);
  for (let i = 0; i < 40; i++) assert.equal(both() % 16, 5);
  assert.equal(one(), NONE);
  sound(kernel);
  const [again] = [kernel.call("allocateFrame", FrameOwner.USER)];
  assert.notEqual(again, NONE, "without colours there is");
});

test("every frame of a set is found, to the last one", () => {
  const kernel = start(4);
  // What is free and of colour 2, by the owners that the table has.
  const expected = Array.from({ length: Number(RAM_BYTES >> 12n) }, (_, frame) => frame).filter(
    (frame) => frame % 4 === 2 && kernel.call("frameOwner", frame) === FrameOwner.FREE,
  );
  const allocate = setOf(kernel, 0, 1n << 2n);
  const found: number[] = [];
  for (let frame = allocate(); frame !== NONE; frame = allocate()) found.push(frame);
  assert.deepEqual(
    found.sort((a, b) => a - b),
    expected,
  );
  for (const frame of found) assert.equal(kernel.call("freeFrame", frame), FrameError.NONE);
  assert.equal(allocate() % 4, 2);
  sound(kernel);
});

test("colours that the machine does not have allow nothing", () => {
  const kernel = start(4);
  assert.equal(setOf(kernel, 0, 0xf0n)(), NONE);
  assert.equal(setOf(kernel, 1, 0n)(), NONE);
  sound(kernel);
});

test("frames are zero, and failures can be asked for", () => {
  const kernel = start(8);
  const allocate = setOf(kernel, 0, 0b10n);
  const frame = allocate();
  kernel.store(BigInt(frame) << 12n, 8, 0xdead_beefn);
  assert.equal(kernel.call("freeFrame", frame), FrameError.NONE);
  assert.equal(allocate(), frame);
  assert.equal(kernel.wide("physLoad64", BigInt(frame) << 12n), 0n);
  kernel.call("failAllocation", 1);
  assert.equal(allocate(), NONE);
  assert.notEqual(allocate(), NONE);
  sound(kernel);
});
