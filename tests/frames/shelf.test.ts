import assert from "node:assert/strict";
import { test } from "node:test";
import { NodeCount } from "../../kernel/frames/node-count.ts";
import { evenLayout, NodeMachine, NONE } from "../support/node-machine.ts";

/** Blocks of 2 MiB that a CPU keeps for itself: they come and go by twos. */

const ORDER = 9;

/** Blocks on the shelf of CPU 0, which has nothing else in its hands. */
function shelved({ kernel }: NodeMachine): number {
  return (kernel.call("freeFramesOf", 0) - kernel.call("nodeCountOf", 0, NodeCount.FREE)) / 512;
}

function take(machine: NodeMachine, count: number): void {
  for (let i = 0; i < count; i++) assert.notEqual(machine.allocate(0, ORDER), NONE);
}

function giveAll(machine: NodeMachine): number[] {
  return machine.held.slice().map(() => (machine.free(0, 0), shelved(machine)));
}

test("what the shelf has no room for goes back with another one", () => {
  const machine = new NodeMachine(evenLayout(1, 64, 1));
  take(machine, 8);
  assert.equal(shelved(machine), 0, "nothing is zeroed to be kept");
  assert.deepEqual(giveAll(machine), [1, 2, 3, 4, 3, 4, 3, 4]);
  machine.check();
});

test("an empty shelf gets two more that are zero, of which the lower is had first", () => {
  const machine = new NodeMachine(evenLayout(1, 64, 1));
  take(machine, 8);
  giveAll(machine);
  take(machine, 4);
  assert.equal(shelved(machine), 0);
  const depths = [5, 6, 7, 8].map(() => (take(machine, 1), shelved(machine)));
  // Four are zero and in the areas: one for whom it was asked, two to keep; then one, and what comes after it is not zero.
  assert.deepEqual(depths, [2, 1, 0, 0]);
  const [fifth, sixth, seventh] = machine.held.slice(4).map(({ first }) => first);
  assert.ok(fifth! < sixth! && sixth! < seventh!);
  machine.check();
});

test("nothing is kept of a node that has not plenty", () => {
  const machine = new NodeMachine(evenLayout(1, 16, 1));
  take(machine, 6);
  giveAll(machine);
  machine.kernel.call("drainCache", 0);
  const depths = [1, 2, 3, 4].map(() => (take(machine, 1), shelved(machine)));
  assert.deepEqual(depths, [2, 1, 0, 0]);
  machine.check();
});
