import assert from "node:assert/strict";
import fc from "fast-check";
import { test } from "node:test";
import { frameRuns, type FrameRun } from "../../cli/frames/runs.ts";
import { decodeRecords } from "../../cli/records/decode.ts";
import { FrameOwner } from "../../kernel/frames/owners.ts";
import { AGENT, ARENA, ARENA_BYTES, descriptor, EfiType, MemoryKernel, MIB, PAGE } from "../support/memory-kernel.ts";
import { holds } from "../support/property.ts";

/** The report of who has which frame, against the question asked of each frame. */

const RAM_BYTES = 48n * MIB;
const ABOVE = ARENA + ARENA_BYTES;
const DEVICE = ABOVE + 4n * MIB + 3n * PAGE;
const NONE = 0xffff_ffff;

function start(): MemoryKernel {
  const kernel = new MemoryKernel([{ first: 0n, bytes: RAM_BYTES }]);
  return kernel.bringUp({
    modules: 1,
    descriptors: [
      descriptor(EfiType.CONVENTIONAL, 0n, ARENA),
      AGENT,
      descriptor(EfiType.CONVENTIONAL, ABOVE, DEVICE - ABOVE),
      descriptor(EfiType.MMIO, DEVICE, MIB),
      descriptor(EfiType.CONVENTIONAL, DEVICE + MIB, RAM_BYTES - DEVICE - MIB),
    ],
  });
}

function report(kernel: MemoryKernel): FrameRun[] {
  kernel.call("drainTrace");
  kernel.instance.records.length = 0;
  kernel.call("reportFrames");
  kernel.call("drainTrace");
  return frameRuns(decodeRecords(Buffer.concat(kernel.instance.records)));
}

/** The same from the outside: frame by frame. */
function asked(kernel: MemoryKernel): FrameRun[] {
  const runs: FrameRun[] = [];
  for (let frame = 0; frame < Number(RAM_BYTES / PAGE); frame++) {
    const owner = kernel.call("frameOwner", frame);
    const holders = kernel.call("frameHolders", frame);
    const last = runs.at(-1);
    if (owner === FrameOwner.HOLE) continue;
    if (last?.end === frame && last.owner === owner && last.holders === holders)
      runs.splice(-1, 1, { ...last, end: frame + 1 });
    else runs.push({ first: frame, end: frame + 1, owner, node: 0, holders });
  }
  return runs;
}

const action = fc.record({
  order: fc.constantFrom(0, 0, 0, 1, 3, 6, 9, 10),
  owner: fc.constantFrom(FrameOwner.USER, FrameOwner.PAGE_TABLE, FrameOwner.KERNEL_DATA),
  then: fc.constantFrom("keep", "free", "share", "free one"),
});

test("it says of each frame what the frame itself is asked to say", (t) => {
  const property = fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
    const kernel = start();
    for (const { order, owner, then } of actions) {
      const first = kernel.call("allocateBlock", order, owner);
      if (first === NONE) continue;
      if (then === "free") kernel.call("freeBlock", first, order);
      else if (then === "share") kernel.call("shareFrame", first);
      else if (then === "free one") kernel.call("freeFrame", first + 2 ** order - 1);
    }
    assert.deepEqual(report(kernel), asked(kernel));
  });
  holds(t, property, 20);
});
