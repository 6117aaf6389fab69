import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { FrameError } from "../../kernel/frames/errors.ts";
import { FrameOwner } from "../../kernel/frames/owners.ts";
import { AGENT, ARENA, ARENA_BYTES, descriptor, EfiType, GIB, MemoryKernel, MIB } from "../support/memory-kernel.ts";
import { holds } from "../support/property.ts";

/** Memory that is broken up, short, or shared by very many. */

const NONE = 0xffff_ffff;

/** RAM from 0 to `end`, and what lies above `GIB` described by `more`. */
function machine(end: bigint): MemoryKernel {
  const kernel = new MemoryKernel([{ first: 0n, bytes: end }]);
  return kernel.bringUp({
    descriptors: [
      descriptor(EfiType.CONVENTIONAL, 0n, ARENA),
      AGENT,
      descriptor(EfiType.CONVENTIONAL, ARENA + ARENA_BYTES, end - ARENA - ARENA_BYTES),
    ],
  });
}

function allocateAll(kernel: MemoryKernel, order: number): number[] {
  const blocks: number[] = [];
  for (;;) {
    const first =
      order === 0
        ? kernel.call("allocateFrame", FrameOwner.USER)
        : kernel.call("allocateBlock", order, FrameOwner.USER);
    if (first === NONE) return blocks;
    blocks.push(first);
  }
}

test("after a long random mix, all 2 MiB blocks are free that there is room for", (t) => {
  const property = fc.property(fc.integer(), (seed) => {
    const kernel = machine(160n * MIB);
    // What the memory map breaks up is nobody's to mend: the areas that can never be whole are filled first.
    const whole = allocateAll(kernel, 9);
    const rest = allocateAll(kernel, 0);
    for (const first of whole) assert.equal(kernel.call("freeBlock", first, 9), FrameError.NONE);
    assert.ok(rest.length > 0);
    mix(kernel, seed);
    assert.equal(kernel.call("validate"), FrameError.NONE);
    assert.equal(allocateAll(kernel, 9).length, Math.floor(whole.length / 2));
  });
  holds(t, property, 2);
});

/** Fills memory, frees a random half, and exchanges a tenth 200 times. Leaves exactly half of it free. */
function mix(kernel: MemoryKernel, seed: number): void {
  const random = generator(seed);
  const held = allocateAll(kernel, 0);
  const giveBack = (count: number) => {
    for (let i = 0; i < count; i++) {
      const index = Math.floor(random() * held.length);
      assert.equal(kernel.call("freeFrame", held[index]!), FrameError.NONE);
      held[index] = held.at(-1)!;
      held.pop();
    }
  };
  const blocks = held.length / 512;
  giveBack(Math.floor(blocks / 2) * 512);
  const tenth = Math.floor(held.length / 10);
  for (let round = 0; round < 200; round++) {
    giveBack(tenth);
    for (let i = 0; i < tenth; i++) held.push(kernel.call("allocateFrame", FrameOwner.USER));
  }
  assert.equal(new Set(held).size, held.length);
}

/** Numbers from 0 to 1, always the same for a seed (xorshift32). */
function generator(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

test("a scenario is carried through or refused wherever memory runs out, and nothing is lost", () => {
  const orders = [0, 0, 3, 0, 6, 1, 0, 9, 8, 0, 7, 2, 0, 10, 5, 4, 0];
  const needed = orders.reduce((sum, order) => sum + 2 ** order, 0);
  const kernel = machine(48n * MIB);
  const all = allocateAll(kernel, 0).toSorted((a, b) => b - a);
  let refusals = 0;
  // From the top down, so that aligned blocks come to be; then frame by frame where it is short.
  for (let free = 0; free <= needed + 1024; free += free < 70 ? 1 : 61) {
    for (const frame of all.slice(0, free)) assert.equal(kernel.call("freeFrame", frame), FrameError.NONE);
    refusals += play(kernel, orders, free);
    for (let taken = 0; taken < free; taken++) assert.notEqual(kernel.call("allocateFrame", FrameOwner.USER), NONE);
    assert.equal(kernel.call("allocateFrame", FrameOwner.USER), NONE);
  }
  assert.ok(refusals > 100);
});

/** Allocates blocks of these orders and frees them; returns how many there were not. */
function play(kernel: MemoryKernel, orders: readonly number[], free: number): number {
  const blocks = orders.map((order) => ({ order, first: kernel.call("allocateBlock", order, FrameOwner.PAGE_TABLE) }));
  const had = blocks.filter(({ first }) => first !== NONE);
  assert.equal(kernel.call("validate"), FrameError.NONE);
  for (const { first, order } of had) assert.equal(kernel.call("freeBlock", first, order), FrameError.NONE);
  assert.equal(kernel.call("freeFrames"), free);
  assert.equal(kernel.call("validate"), FrameError.NONE);
  return orders.length - had.length;
}

test("a frame shared 65535 times is stuck: never freed, and counted", () => {
  const kernel = machine(48n * MIB);
  const frame = kernel.call("allocateFrame", FrameOwner.USER);
  for (let i = 1; i < 65535; i++) assert.equal(kernel.call("shareFrame", frame), FrameError.NONE);
  assert.deepEqual([kernel.call("frameHolders", frame), kernel.call("stuckFrames")], [65535, 0]);
  for (let i = 0; i < 3; i++) assert.equal(kernel.call("shareFrame", frame), FrameError.NONE);
  assert.deepEqual([kernel.call("frameHolders", frame), kernel.call("stuckFrames")], [65536, 1]);
  for (let i = 0; i < 65540; i++) assert.equal(kernel.call("releaseFrame", frame), FrameError.NONE);
  assert.equal(kernel.call("freeFrame", frame), FrameError.SHARED);
  assert.equal(kernel.call("frameOwner", frame), FrameOwner.USER);
  assert.equal(kernel.call("validate"), FrameError.NONE);
});

test("a frame below 4 GiB is had when all above is free, and when none above is", () => {
  const ram = [
    { first: 0n, bytes: 48n * MIB },
    { first: 4n * GIB, bytes: 8n * MIB },
  ];
  const kernel = new MemoryKernel(ram).bringUp({
    descriptors: [
      descriptor(EfiType.CONVENTIONAL, 0n, ARENA),
      AGENT,
      descriptor(EfiType.CONVENTIONAL, ARENA + ARENA_BYTES, 24n * MIB),
      descriptor(EfiType.CONVENTIONAL, 4n * GIB, 8n * MIB),
    ],
  });
  const limit = Number((4n * GIB) >> 12n);
  assert.ok(kernel.call("allocateFrame", FrameOwner.USER) >= limit);
  assert.ok(kernel.call("allocateFrameBelow", 4n * GIB, FrameOwner.USER) < limit);
  assert.ok(kernel.call("allocateFrameBelow", 2n * MIB, FrameOwner.USER) < 512);
  assert.equal(kernel.call("allocateFrameBelow", 4096n, FrameOwner.USER), NONE);
  const rest = allocateAll(kernel, 0);
  assert.ok(rest.some((frame) => frame < limit));
  assert.equal(kernel.call("allocateFrameBelow", 4n * GIB, FrameOwner.USER), NONE);
});

test("machines of 16 MiB to 64 GiB: blocks of every order that fits, and all of it back", () => {
  for (let end = 32n * MIB; end <= 64n * GIB; end *= 2n) {
    const kernel = machine(end);
    const before = kernel.call("freeFrames");
    const blocks = Array.from({ length: 19 }, (_, order) => ({
      order,
      first: kernel.call("allocateBlock", order, FrameOwner.USER),
    }));
    const had = blocks.filter(({ first }) => first !== NONE);
    assert.ok(had.length >= (end >= 4n * GIB ? 19 : 10), `${had.length} orders with ${end / MIB} MiB`);
    for (const { first, order } of had) assert.equal(kernel.call("freeBlock", first, order), FrameError.NONE);
    assert.equal(kernel.call("freeFrames"), before);
    assert.equal(kernel.call("validate"), FrameError.NONE);
  }
});
