import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { FrameError } from "../../kernel/frames/errors.ts";
import { FrameOwner } from "../../kernel/frames/owners.ts";
import { MemoryKernel } from "../support/memory-kernel.ts";
import { holds } from "../support/property.ts";

/** What the frames are told of nodes: numbers, distances, CPUs. */

const LOCAL = 10;
const REMOTE = 20;

test("without a topology there is one node, and every CPU is in it", () => {
  const kernel = new MemoryKernel([]);
  assert.equal(kernel.call("nodeCount"), 1);
  assert.deepEqual([kernel.call("cpuNode", 0), kernel.call("cpuNode", 63)], [0, 0]);
  assert.deepEqual([kernel.call("nodeDistance", 0, 0), kernel.call("nearestNode", 0, 0)], [LOCAL, 0]);
});

test("nodes are ordered by distance, then by number, each from itself on", (t) => {
  const anyRow = fc.array(fc.integer({ min: LOCAL, max: 14 }), { minLength: 16, maxLength: 16 });
  const anyRows = fc.array(anyRow, { minLength: 1, maxLength: 16 });
  const property = fc.property(anyRows, (rows) => {
    const kernel = new MemoryKernel([]);
    const nodes = rows.map((_, node) => node);
    kernel.call("setNodeCount", nodes.length);
    for (const from of nodes) for (const to of nodes) kernel.call("setNodeDistance", from, to, rows[from]![to]!);
    for (const from of nodes) {
      const distance = (to: number) => (to === from ? -1 : rows[from]![to]!);
      const expected = nodes.toSorted((a, b) => distance(a) - distance(b) || a - b);
      assert.deepEqual(
        nodes.map((rank) => kernel.call("nearestNode", from, rank)),
        expected,
      );
    }
  });
  holds(t, property, 40);
});

test("a topology is forgotten as a whole", () => {
  const kernel = new MemoryKernel([]);
  kernel.call("setNodeCount", 3);
  kernel.call("setNodeDistance", 0, 1, 31);
  kernel.call("setCpuNode", 5, 2);
  assert.deepEqual([kernel.call("nearestNode", 0, 1), kernel.call("cpuNode", 5)], [2, 2]);
  kernel.call("nodesForget");
  assert.deepEqual([kernel.call("nodeCount"), kernel.call("cpuNode", 5)], [1, 0]);
  kernel.call("setNodeCount", 3);
  assert.deepEqual([kernel.call("nodeDistance", 0, 1), kernel.call("nearestNode", 0, 1)], [REMOTE, 1]);
});

test("nodes, CPUs and RAM of nodes that there are not are refused", () => {
  const kernel = new MemoryKernel([]);
  assert.throws(() => new MemoryKernel([]).call("setNodeCount", 0), /1 to MAX_NODES/);
  assert.throws(() => new MemoryKernel([]).call("setNodeCount", 17), /1 to MAX_NODES/);
  assert.throws(() => new MemoryKernel([]).call("setNodeDistance", 0, 1, 20), /no such node/);
  assert.throws(() => new MemoryKernel([]).call("setCpuNode", 64, 0), /no such CPU/);
  assert.throws(() => new MemoryKernel([]).call("setCpuNode", 0, 1), /no such CPU/);
  kernel.call("framesForget");
  assert.equal(kernel.call("framesDescribe", 0n, 0xffffn, FrameOwner.FREE, 1), FrameError.BAD_NODE);
  assert.deepEqual([kernel.call("frameErrorFound"), kernel.call("frameErrorNeeded")], [1, 1]);
});
