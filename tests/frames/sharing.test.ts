import assert from "node:assert/strict";
import { test } from "node:test";
import { FrameError } from "../../kernel/frames/errors.ts";
import { FrameOwner } from "../../kernel/frames/owners.ts";
import { AGENT, ARENA, ARENA_BYTES, descriptor, EfiType, MemoryKernel, MIB, PAGE } from "../support/memory-kernel.ts";

/** A frame's state is not enough to say that it is shared: free frames and those of whole areas have states like it. */

const RAM_BYTES = 64n * MIB;
const ABOVE = ARENA + ARENA_BYTES;
const AREA_ORDER = 9;
const AREA = 512;
const DIRT = 0xd1d1_d1d1_d1d1_d1d1n;

/** In RAM of which each word was something else before. */
function start(): MemoryKernel {
  const kernel = new MemoryKernel([{ first: 0n, bytes: RAM_BYTES }]);
  for (let at = ABOVE; at < RAM_BYTES; at += 8n) kernel.store(at, 8, DIRT);
  return kernel.bringUp({
    modules: 0,
    descriptors: [
      descriptor(EfiType.CONVENTIONAL, 0n, ARENA),
      AGENT,
      descriptor(EfiType.CONVENTIONAL, ABOVE, RAM_BYTES - ABOVE),
    ],
  });
}

function allocate(kernel: MemoryKernel, order: number): number {
  return kernel.call("allocateBlock", order, FrameOwner.USER);
}

function succeeds(kernel: MemoryKernel, name: string, ...values: number[]): void {
  assert.equal(kernel.call(name, ...values), FrameError.NONE, `${name}(${values.join(", ")})`);
}

/** An area that was held by two before, and is free and zero now. */
function sharedBefore(kernel: MemoryKernel): number {
  const first = allocate(kernel, AREA_ORDER);
  succeeds(kernel, "shareFrames", first, AREA_ORDER);
  succeeds(kernel, "releaseFrames", first, AREA_ORDER);
  succeeds(kernel, "releaseFrames", first, AREA_ORDER);
  kernel.call("drainCache", 0);
  return first;
}

/** Allocates blocks until there is the one that begins at `first`. */
function allocateAt(kernel: MemoryKernel, first: number): void {
  for (let found = -1; found !== first; found = allocate(kernel, AREA_ORDER)) assert.notEqual(found, 0xffff_ffff);
}

function holders(kernel: MemoryKernel, first: number): number[] {
  return [0, 1, 63, 64, AREA - 1].map((i) => kernel.call("frameHolders", first + i));
}

test("a block of an area that was shared before is shared anew, and not freed by the first who lets go", () => {
  const kernel = start();
  const first = sharedBefore(kernel);
  allocateAt(kernel, first);
  assert.deepEqual(holders(kernel, first), [1, 1, 1, 1, 1]);
  succeeds(kernel, "shareFrames", first, AREA_ORDER);
  assert.deepEqual(holders(kernel, first), [2, 2, 2, 2, 2]);
  assert.equal(kernel.call("freeBlock", first, AREA_ORDER), FrameError.SHARED);
  succeeds(kernel, "releaseFrames", first, AREA_ORDER);
  assert.deepEqual(holders(kernel, first), [1, 1, 1, 1, 1]);
  assert.equal(kernel.call("frameOwner", first), FrameOwner.USER);
  succeeds(kernel, "releaseFrames", first, AREA_ORDER);
  assert.deepEqual(holders(kernel, first), [0, 0, 0, 0, 0]);
  succeeds(kernel, "validate");
});

test("one frame of such a block is shared, and the block stays", () => {
  const kernel = start();
  const first = sharedBefore(kernel);
  allocateAt(kernel, first);
  succeeds(kernel, "shareFrame", first + 5);
  assert.equal(kernel.call("freeBlock", first, AREA_ORDER), FrameError.SHARED);
  succeeds(kernel, "releaseFrame", first + 5);
  succeeds(kernel, "freeBlock", first, AREA_ORDER);
  succeeds(kernel, "validate");
});

/** Free and known to be zero, in the CPU's word, its freed word, and the bitmap. */
function freeFrames(kernel: MemoryKernel): number[] {
  const frames = Array.from({ length: 200 }, () => kernel.call("allocateFrame", FrameOwner.USER));
  const [first, ...others] = frames.toReversed();
  succeeds(kernel, "shareFrame", first!);
  succeeds(kernel, "releaseFrame", first!);
  for (const frame of others) succeeds(kernel, "freeFrame", frame);
  return others;
}

test("a free frame has no holders, cannot be shared, and is not released twice", () => {
  const kernel = start();
  const before = [...freeFrames(kernel), sharedBefore(kernel) + 7];
  for (const frame of before) {
    assert.equal(kernel.call("frameHolders", frame), 0, `holders of free frame ${frame}`);
    assert.equal(kernel.call("shareFrame", frame), FrameError.DOUBLE_FREE);
    assert.equal(kernel.call("releaseFrame", frame), FrameError.DOUBLE_FREE);
  }
  succeeds(kernel, "validate");
});

test("references that were never made say nothing, whatever is in them", () => {
  const kernel = start();
  const blocks = Array.from({ length: 8 }, () => allocate(kernel, AREA_ORDER));
  for (const first of blocks) {
    assert.deepEqual(holders(kernel, first), [1, 1, 1, 1, 1]);
    succeeds(kernel, "freeBlock", first, AREA_ORDER);
    assert.deepEqual(holders(kernel, first), [0, 0, 0, 0, 0]);
    assert.equal(kernel.call("releaseFrame", first), FrameError.DOUBLE_FREE);
  }
  const large = allocate(kernel, AREA_ORDER + 1);
  succeeds(kernel, "releaseFrame", large + 3);
  assert.equal(kernel.call("frameHolders", large + 3), 0);
  succeeds(kernel, "releaseFrames", large + AREA, AREA_ORDER);
  succeeds(kernel, "releaseRow", large + 4, AREA - 4);
  succeeds(kernel, "releaseRow", large, 3);
  succeeds(kernel, "validate");
  assert.equal(kernel.call("usedFrames"), Number(kernel.wide("frameTableBytes") / PAGE));
});

test("releasing a row stops at the frame that is refused: those before it are free, those after it are not", () => {
  const kernel = start();
  const first = allocate(kernel, 7);
  succeeds(kernel, "freeFrame", first + 70);
  assert.equal(kernel.call("releaseRow", first, 128), FrameError.DOUBLE_FREE);
  assert.equal(kernel.wide("frameErrorFound"), BigInt(first + 70));
  const owners = [63, 64, 69, 70, 71, 127].map((i) => kernel.call("frameOwner", first + i));
  const { FREE, USER } = FrameOwner;
  assert.deepEqual(owners, [FREE, FREE, FREE, FREE, USER, USER]);
  succeeds(kernel, "validate");
});

test("a row of which frames are shared, in the CPU's own words and out of them, loses a holder of each", () => {
  const kernel = start();
  const frames = Array.from({ length: 128 }, () => kernel.call("allocateFrame", FrameOwner.USER)).sort((a, b) => a - b);
  const first = frames[0]!;
  assert.equal(frames.at(-1), first + 127, "frames come in a row");
  for (const i of [3, 64, 100]) succeeds(kernel, "shareFrame", first + i);
  succeeds(kernel, "releaseRow", first, 128);
  const left = frames.filter((frame) => kernel.call("frameHolders", frame) !== 0);
  assert.deepEqual(left, [first + 3, first + 64, first + 100]);
  for (const frame of left) succeeds(kernel, "releaseRow", frame, 1);
  succeeds(kernel, "validate");
  kernel.call("drainCache", 0);
  assert.equal(kernel.call("usedFrames"), Number(kernel.wide("frameTableBytes") / PAGE));
});
