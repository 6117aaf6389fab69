import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { FrameError } from "../../kernel/frames/errors.ts";
import { NodeCount } from "../../kernel/frames/node-count.ts";
import { FrameOwner } from "../../kernel/frames/owners.ts";
import { PressureState } from "../../kernel/frames/pressure-state.ts";
import { RecordKind } from "../../kernel/trace/records.ts";
import { AGENT, ARENA, ARENA_BYTES, descriptor, EfiType, MemoryKernel, MIB } from "../support/memory-kernel.ts";
import { evenLayout, NodeMachine, NONE } from "../support/node-machine.ts";
import { holds } from "../support/property.ts";

/** Nodes that run short: watermarks, states, reclaimers, and what CPUs give back when asked. */

const { ENOUGH, SHORT, CRITICAL } = PressureState;

/** Reclaimers of tests/frames/core.ts. */
const GIVER = 1;
const MISER = 2;
const BORROWER = 3;

const marksOf = ({ kernel }: NodeMachine, node: number) =>
  ["minimumMark", "lowMark", "highMark"].map((name) => kernel.call(name, node));
const freeInAreas = ({ kernel }: NodeMachine, node: number) => kernel.call("nodeCountOf", node, NodeCount.FREE);
const stateOf = ({ kernel }: NodeMachine, node: number) => kernel.call("nodePressure", node);

/** Which, node, wanted, freed of each call so far. */
function callsOf({ kernel }: NodeMachine): number[][] {
  const count = kernel.call("reclaimerCall", 0xffff_ffff, 0);
  return Array.from({ length: count }, (_, call) =>
    [0, 1, 2, 3].map((word) => kernel.call("reclaimerCall", call, word)),
  );
}

test("watermarks are those of the table: 4 MiB, 1 GiB, 64 GiB, and none below 4 MiB", () => {
  const sizes = [1024, 262144, 16777216, 1023];
  const gap = (node: number) => (node === 0 ? 512 : 513);
  const machine = new NodeMachine({
    extents: sizes.map((frames, node) => ({ frames, gap: gap(node), node, isFree: true })),
    distances: sizes.map((_, from) => sizes.map((_other, to) => (from === to ? 10 : 20))),
    cpus: [0],
  });
  assert.deepEqual(
    sizes.map((_, node) => marksOf(machine, node)),
    [
      [64, 128, 192],
      [1024, 1286, 1548],
      [8192, 24969, 41746],
      [0, 0, 0],
    ],
  );
});

/** The table of pressure-state.ts. */
function nextState(state: number, free: number, [least, low, high]: readonly number[]): number {
  if (free > high!) return ENOUGH;
  if (free > low!) return state === ENOUGH ? ENOUGH : SHORT;
  if (free >= least!) return state === CRITICAL ? CRITICAL : SHORT;
  return CRITICAL;
}

test("states follow the table, entering and leaving at different marks", (t) => {
  const anyStep = fc.record({ isFree: fc.boolean(), order: fc.integer({ min: 4, max: 7 }), which: fc.nat() });
  const seen = new Set<string>();
  const property = fc.property(fc.array(anyStep, { minLength: 200, maxLength: 300 }), (steps) => {
    const machine = new NodeMachine(evenLayout(2, 8, 1));
    const marks = marksOf(machine, 0);
    let state: number = ENOUGH;
    const follow = (next: number) => {
      if (next !== state) seen.add(`${state}${next}`);
      state = next;
    };
    // Most of the node is held for ever.
    while (freeInAreas(machine, 0) > marks[2]! + 128) machine.allocate(0, 6);
    const kept = machine.held.length;
    for (const { isFree, order, which } of steps) {
      const candidates = machine.held.length - kept;
      if (isFree && candidates > 0) {
        machine.free(0, kept + (which % candidates));
        follow(Math.min(state, nextState(state, freeInAreas(machine, 0), marks)));
      } else {
        follow(nextState(state, freeInAreas(machine, 0), marks));
        machine.allocate(0, order);
      }
      assert.equal(stateOf(machine, 0), state);
    }
    machine.check();
  });
  holds(t, property, 6);
  for (const change of ["01", "12", "21", "10"]) assert.ok(seen.has(change), `no change ${change} was seen`);
});

test("each change of state is a record", () => {
  const kernel = new MemoryKernel([{ first: 0n, bytes: 40n * MIB }]).bringUp({
    descriptors: [AGENT, descriptor(EfiType.CONVENTIONAL, ARENA + ARENA_BYTES, 16n * MIB)],
  });
  kernel.call("traceEverything");
  const blocks: number[] = [];
  while (kernel.call("nodePressure", 0) !== CRITICAL) blocks.push(kernel.call("allocateBlock", 4, FrameOwner.USER));
  for (const first of blocks) assert.equal(kernel.call("freeBlock", first, 4), FrameError.NONE);
  kernel.call("drainTrace");
  const records = Buffer.concat(kernel.instance.records);
  const told: number[][] = [];
  for (let at = 0; at < records.length; at += 40) {
    if (records.readUInt16LE(at + 14) !== RecordKind.PRESSURE) continue;
    told.push([16, 24, 32].map((field) => Number(records.readBigUInt64LE(at + field))));
  }
  const [least, low, high] = ["minimumMark", "lowMark", "highMark"].map((name) => kernel.call(name, 0));
  assert.deepEqual(
    told.map(([node, , state]) => [node, state]),
    [SHORT, CRITICAL, SHORT, ENOUGH].map((state) => [0, state]),
  );
  const free = told.map(([, frames]) => frames!);
  assert.ok(free[0]! <= low! && free[1]! < least! && free[2]! > low! && free[3]! > high!);
});

/** Nodes of 8 MiB with one CPU each, of which node 0 is just not short; reclaimers as given: which, priority. */
function nearlyShort(...reclaimers: [which: number, priority: number][]): NodeMachine {
  const machine = new NodeMachine(evenLayout(2, 8, 1));
  for (const [which, priority] of reclaimers) machine.kernel.call("registerTestReclaimer", which, priority);
  while (freeInAreas(machine, 0) > lowOf(machine) + 64) machine.allocate(0, 4);
  assert.equal(stateOf(machine, 0), ENOUGH);
  return machine;
}

const lowOf = (machine: NodeMachine) => marksOf(machine, 0)[1]!;

/** Gives a block of order 4 to the reclaimer that frees, frame by frame. The model does not see that. */
function stock({ kernel }: NodeMachine, first: number): void {
  for (let i = 0; i < 16; i++) kernel.call("addStock", first + i);
}

test("reclaimers are asked for what is missing to high, cheap ones first, when a node becomes short and when it becomes critical", () => {
  const machine = nearlyShort([MISER, 7], [BORROWER, 3], [MISER, 5]);
  const [least, low, high] = marksOf(machine, 0);
  while (stateOf(machine, 0) === ENOUGH) machine.allocate(0, 4);
  const calls = callsOf(machine);
  assert.deepEqual(
    calls.map(([which]) => which),
    [BORROWER, MISER, MISER],
  );
  for (const [, node, wanted] of calls)
    assert.ok(node === 0 && wanted! >= high! - low! && wanted! <= high! - low! + 16);
  while (stateOf(machine, 0) !== CRITICAL) machine.allocate(0, 4);
  // What the borrower left in the CPU's word has been given back.
  const later = callsOf(machine).slice(3);
  assert.equal(later.length, 3);
  for (const [, , wanted] of later) assert.ok(wanted! > high! - least! - 64);
  machine.check();
});

test("what a reclaimer frees ends the shortness, and those after it are not asked", () => {
  const machine = nearlyShort([GIVER, 1], [MISER, 2]);
  for (const { first } of machine.held.slice(0, 32)) stock(machine, first);
  const allocate = () => assert.notEqual(machine.kernel.call("allocateBlock", 4, FrameOwner.USER), NONE);
  while (callsOf(machine).length === 0) allocate();
  assert.equal(stateOf(machine, 0), SHORT);
  // As much as was missing to high; so much that it is above high takes a frame more.
  const [[which, , wanted, freed]] = callsOf(machine) as [[number, number, number, number]];
  assert.deepEqual([callsOf(machine).length, which, freed], [1, GIVER, wanted]);
  assert.ok(freeInAreas(machine, 0) >= marksOf(machine, 0)[2]! - 64);
  assert.equal(machine.kernel.call("validate"), FrameError.NONE);
});

test("an allocation that finds nothing asks reclaimers once and tries again; what they allocate fails and asks nobody", () => {
  const machine = new NodeMachine(evenLayout(1, 8, 1));
  while (machine.allocate(0, 4) !== NONE);
  while (machine.allocate(0, 0) !== NONE);
  for (const which of [BORROWER, MISER]) machine.kernel.call("registerTestReclaimer", which, 5);
  assert.equal(machine.allocate(0, 0), NONE);
  assert.equal(machine.allocate(0, 3), NONE);
  assert.equal(machine.allocate(0, 9), NONE);
  assert.deepEqual(
    callsOf(machine).map(([which, node, wanted, got]) => [which, node, wanted, got]),
    [1, 8, 512].flatMap((wanted) => [
      [BORROWER, 0, wanted, 0],
      [MISER, 0, wanted, 0],
    ]),
  );
  machine.check();
});

test("an allocation that finds nothing succeeds with what a reclaimer frees", () => {
  const machine = new NodeMachine(evenLayout(1, 8, 1));
  while (machine.allocate(0, 4) !== NONE);
  while (machine.allocate(0, 0) !== NONE);
  machine.kernel.call("registerTestReclaimer", GIVER, 1);
  stock(machine, machine.held[0]!.first);
  let got = 0;
  for (; machine.kernel.call("allocateFrame", FrameOwner.USER) !== NONE; got++);
  assert.equal(got, 16);
  assert.equal(machine.kernel.call("validate"), FrameError.NONE);
});

test("CPUs give back what they have for themselves when they are asked, at their next visit", () => {
  const machine = new NodeMachine(evenLayout(1, 8, 2));
  const one = machine.allocate(1, 0);
  assert.notEqual(one, NONE);
  const inHands = () => machine.kernel.call("freeFramesOf", 0) - freeInAreas(machine, 0);
  while (machine.allocate(0, 0) !== NONE);
  assert.equal(inHands(), 63);
  // CPU 1 comes by: a block of any order, which there is not until it has given back.
  machine.allocate(1, 1);
  assert.equal(inHands(), 0);
  assert.notEqual(machine.allocate(0, 0), NONE);
  machine.check();
});
