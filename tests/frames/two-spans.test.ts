import assert from "node:assert/strict";
import { test } from "node:test";
import { FrameError } from "../../kernel/frames/errors.ts";
import { FrameOwner } from "../../kernel/frames/owners.ts";
import { AGENT, ARENA, ARENA_BYTES, descriptor, EfiType, MemoryKernel, MIB, PAGE } from "../support/memory-kernel.ts";

/** A CPU remembers one span, and the places of what is known of its frames: what it keeps for that one must not be taken for another's. */

const NONE = 0xffff_ffff;
const RAM_BYTES = 64n * MIB;
const ABOVE = ARENA + ARENA_BYTES;
const HOLE = 32n * MIB;
const HOLE_BYTES = 4n * MIB;
const BEYOND = HOLE + HOLE_BYTES;

function start(): MemoryKernel {
  const kernel = new MemoryKernel([{ first: 0n, bytes: RAM_BYTES }]);
  return kernel.bringUp({
    modules: 0,
    descriptors: [
      descriptor(EfiType.CONVENTIONAL, 0n, ARENA),
      AGENT,
      descriptor(EfiType.CONVENTIONAL, ABOVE, HOLE - ABOVE),
      descriptor(EfiType.CONVENTIONAL, BEYOND, RAM_BYTES - BEYOND),
    ],
  });
}

/** First frames of all rows of 64 that are free below the hole, allocated. */
function allRowsBelow(kernel: MemoryKernel): number[] {
  const rows: number[] = [];
  const next = () => kernel.call("allocateBlockBelow", 6, HOLE, FrameOwner.USER);
  for (let row = next(); row !== NONE; row = next()) rows.push(row);
  return rows.sort((a, b) => a - b);
}

test("a row that frames were freed into is of its span: after a look at another, the next frame goes where it belongs", () => {
  const kernel = start();
  const rows = allRowsBelow(kernel);
  // As many frames further down as the hole has, there is one that must stay.
  const below = rows.find((row) => rows.includes(row - Number(HOLE_BYTES / PAGE)));
  assert.ok(below !== undefined, "two rows as far apart");
  for (let i = 0; i < 64; i++) {
    assert.equal(kernel.call("freeFrame", below + i), FrameError.NONE);
    // Puts what waits back, so that another span may be remembered.
    if (i % 3 === 0) kernel.call("drainCache", 0);
    assert.equal(kernel.call("frameOwner", Number(BEYOND / PAGE)), FrameOwner.FREE);
    const error = kernel.call("validate");
    assert.equal(error, FrameError.NONE, `after ${i + 1} frames: ${kernel.text("frameErrorText", error)}`);
  }
  kernel.call("drainCache", 0);
  for (let i = 0; i < 64; i++)
    assert.equal(kernel.call("frameOwner", below + i), FrameOwner.FREE, `frame ${below + i}`);
  const table = Number(kernel.wide("frameTableBytes") / PAGE);
  assert.equal(kernel.call("usedFrames"), table + 64 * (rows.length - 1));
});
