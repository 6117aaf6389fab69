import assert from "node:assert/strict";
import { test } from "node:test";
import { FrameError } from "../../kernel/frames/errors.ts";
import { FrameOwner } from "../../kernel/frames/owners.ts";
import { AGENT, ARENA, ARENA_BYTES, descriptor, EfiType, MemoryKernel, MIB } from "../support/memory-kernel.ts";

/** Allocations that are made to fail: exactly one of them, whichever way it goes, and nothing else happens. */

const NONE = 0xffff_ffff;
const RAM_BYTES = 40n * MIB;
const OWNER = FrameOwner.KERNEL_DATA;

function start(): MemoryKernel {
  const kernel = new MemoryKernel([{ first: 0n, bytes: RAM_BYTES }]);
  const above = descriptor(EfiType.CONVENTIONAL, ARENA + ARENA_BYTES, RAM_BYTES - ARENA - ARENA_BYTES);
  return kernel.bringUp({ descriptors: [descriptor(EfiType.CONVENTIONAL, 0n, ARENA), AGENT, above] });
}

type Allocate = (kernel: MemoryKernel) => number;

/** Every way to allocate, those that go from one to another included. */
const WAYS: Readonly<Record<string, Allocate>> = {
  "a frame": (kernel) => kernel.call("allocateFrame", OWNER),
  "a frame with anything in it": (kernel) => kernel.call("allocateFrameUnzeroed", OWNER),
  "a frame below a limit": (kernel) => kernel.call("allocateFrameBelow", 1n << 32n, OWNER),
  "a block of one frame": (kernel) => kernel.call("allocateBlock", 0, OWNER),
  "a small block": (kernel) => kernel.call("allocateBlock", 3, OWNER),
  "an area": (kernel) => kernel.call("allocateBlock", 9, OWNER),
  "two areas": (kernel) => kernel.call("allocateBlock", 10, OWNER),
  "a block below a limit": (kernel) => kernel.call("allocateBlockBelow", 4, 1n << 32n, OWNER),
};

for (const [what, allocate] of Object.entries(WAYS)) {
  test(`${what} is refused when its turn comes, once, and nothing changes`, () => {
    for (const n of [1, 2, 3]) {
      const kernel = start();
      kernel.call("failAllocation", n);
      for (let turn = 1; turn < n; turn++) assert.notEqual(allocate(kernel), NONE, `allocation ${turn} of ${n}`);
      const free = kernel.call("freeFrames");
      assert.equal(allocate(kernel), NONE, `allocation ${n}`);
      assert.equal(kernel.call("freeFrames"), free);
      assert.notEqual(allocate(kernel), NONE, "the next one");
      assert.equal(kernel.call("validate"), FrameError.NONE);
    }
  });
}

test("frees are not counted, and 0 takes the request back", () => {
  const kernel = start();
  kernel.call("failAllocation", 3);
  const frame = kernel.call("allocateFrame", OWNER);
  assert.equal(kernel.call("freeFrame", frame), FrameError.NONE);
  const block = kernel.call("allocateBlock", 9, OWNER);
  assert.equal(kernel.call("freeBlock", block, 9), FrameError.NONE);
  assert.equal(kernel.call("allocateBlock", 9, OWNER), NONE);
  kernel.call("failAllocation", 1);
  kernel.call("failAllocation", 0);
  assert.notEqual(kernel.call("allocateFrame", OWNER), NONE);
  assert.equal(kernel.call("validate"), FrameError.NONE);
});
