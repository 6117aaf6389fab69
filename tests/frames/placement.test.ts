import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { anyLayout, evenLayout, NodeMachine, NONE } from "../support/node-machine.ts";
import { holds } from "../support/property.ts";

/** Which node memory comes from, and that it goes back there. */

const anyCpu = fc.nat(3);
const anyOrder = fc.oneof(
  { weight: 10, arbitrary: fc.constant(0) },
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 8 }) },
  { weight: 3, arbitrary: fc.integer({ min: 9, max: 10 }) },
);
const anyStep = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant("allocate" as const), cpu: anyCpu, order: anyOrder }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("nearest" as const), cpu: anyCpu, order: anyOrder }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("free" as const), cpu: anyCpu, which: fc.nat() }) },
);
const anyRun = fc
  .integer({ min: 1, max: 4 })
  .chain((nodes) =>
    fc.record({ layout: anyLayout(nodes), steps: fc.array(anyStep, { minLength: 20, maxLength: 60 }) }),
  );

/** When no CPU has anything for itself, memory comes from the nearest node that has it. */
function expectNearest(nodes: NodeMachine, cpu: number, order: number): void {
  nodes.drainAll();
  const expected = nodes.nearest(nodes.layout.cpus[cpu]!).find((node) => nodes.hasBlock(node, order));
  const first = nodes.allocate(cpu, order);
  assert.equal(first === NONE ? undefined : nodes.nodeOf(first), expected);
}

test("memory comes from the CPU's node, then from the nearest that has it, and no block is of two nodes", (t) => {
  const property = fc.property(anyRun, ({ layout, steps }) => {
    const nodes = new NodeMachine(layout);
    nodes.check();
    for (const step of steps) {
      if (step.do === "allocate") nodes.allocate(step.cpu, step.order);
      else if (step.do === "nearest") expectNearest(nodes, step.cpu, step.order);
      else nodes.free(step.cpu, step.which);
      nodes.check();
    }
    nodes.freeAll(1);
    nodes.drainAll();
    nodes.check();
  });
  holds(t, property, 12);
});

test("frames go back to their own node, whichever CPU frees them", () => {
  const nodes = new NodeMachine(evenLayout(2, 8, 1));
  const [near, far] = [nodes.freeOf(0), nodes.freeOf(1)];
  // CPU 0 takes all there is, its own node's memory first; CPU 1 frees it.
  const taken: number[] = [];
  for (let frame = nodes.allocate(0, 0); frame !== NONE; frame = nodes.allocate(0, 0)) taken.push(nodes.nodeOf(frame));
  assert.deepEqual(taken, [...Array<number>(near).fill(0), ...Array<number>(far).fill(1)]);
  nodes.freeAll(1);
  nodes.check();
  nodes.drainAll();
  for (const cpu of [1, 0]) {
    const home = nodes.layout.cpus[cpu]!;
    const count = home === 0 ? near : far;
    for (let i = 0; i < count; i++) assert.equal(nodes.nodeOf(nodes.allocate(cpu, 0)), home);
  }
  assert.equal(nodes.allocate(0, 0), NONE);
  nodes.check();
});

test("a CPU's shelf keeps no memory of other nodes", () => {
  const nodes = new NodeMachine(evenLayout(2, 8, 1));
  const block = nodes.allocate(1, 9);
  assert.equal(nodes.nodeOf(block), 1);
  nodes.free(0, 0);
  assert.equal(nodes.nodeOf(nodes.allocate(0, 9)), 0);
  nodes.check();
});

test("a CPU that had to go elsewhere comes back when its node has memory again", () => {
  const nodes = new NodeMachine(evenLayout(2, 8, 1));
  const near = nodes.freeOf(0);
  for (let i = 0; i < near; i++) assert.equal(nodes.nodeOf(nodes.allocate(0, 0)), 0);
  assert.equal(nodes.nodeOf(nodes.allocate(0, 0)), 1);
  for (let i = 0; i < 300; i++) nodes.free(1, 0);
  nodes.machine.cpu = 1;
  nodes.kernel.call("drainCache", 1);
  // What it has in hand, the rest of a word of 64, goes first.
  const later = Array.from({ length: 64 + 300 }, () => nodes.nodeOf(nodes.allocate(0, 0)));
  assert.equal(later.filter((node) => node === 0).length, 300);
  assert.ok(later.lastIndexOf(0) < 64 + 300 && later.indexOf(0) <= 63);
  nodes.check();
});
