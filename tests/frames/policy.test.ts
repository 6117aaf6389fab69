import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { FrameError } from "../../kernel/frames/errors.ts";
import { NodeCount } from "../../kernel/frames/node-count.ts";
import { FrameOwner } from "../../kernel/frames/owners.ts";
import { Policy } from "../../kernel/frames/policy.ts";
import { anyLayout, evenLayout, NodeMachine, NONE } from "../support/node-machine.ts";
import { holds } from "../support/property.ts";

/** Placements: what each kind allocates where, and what the nodes count of it. */

/** A naive placement. */
interface NaivePolicy {
  readonly kind: number;
  /** A node, or the members of a set in ascending order. */
  readonly nodes: readonly number[];
  turn: number;
}

const setOf = (nodes: readonly number[]) => nodes.reduce((set, node) => set | (1 << node), 0);

function anyPolicy(count: number): fc.Arbitrary<NaivePolicy> {
  const anyNode = fc.nat(count - 1);
  const one = fc.constantFrom(Policy.DEFAULT, Policy.PREFER, Policy.STRICT);
  const anySet = fc.uniqueArray(anyNode, { minLength: 1 }).map((nodes) => nodes.toSorted((a, b) => a - b));
  return fc.oneof(
    fc.record({ kind: one, nodes: anyNode.map((node) => [node]), turn: fc.constant(0) }),
    fc.record({ kind: fc.constant(Policy.INTERLEAVE), nodes: anySet, turn: fc.constant(0) }),
  );
}

/** Members from the turn on, around. */
function inTurn({ nodes, turn }: NaivePolicy): number[] {
  return [...nodes.filter((node) => node >= turn), ...nodes.filter((node) => node < turn)];
}

function order(machine: NodeMachine, policy: NaivePolicy, cpu: number): number[] {
  if (policy.kind === Policy.DEFAULT) return machine.nearest(machine.layout.cpus[cpu]!);
  if (policy.kind === Policy.STRICT) return [...policy.nodes];
  if (policy.kind === Policy.PREFER) return machine.nearest(policy.nodes[0]!);
  return [...inTurn(policy), ...machine.nearest(inTurn(policy)[0]!)];
}

class Run {
  readonly machine: NodeMachine;
  readonly #policies: readonly NaivePolicy[];

  constructor(machine: NodeMachine, policies: readonly NaivePolicy[]) {
    this.machine = machine;
    this.#policies = policies.map((policy) => ({ ...policy }));
    policies.forEach(({ kind, nodes }, index) =>
      machine.kernel.call("setPlacement", index, kind, kind === Policy.INTERLEAVE ? setOf(nodes) : nodes[0]!),
    );
  }

  allocate(cpu: number, index: number, blockOrder: number): number {
    const first = this.machine.try(cpu, blockOrder, "allocatePlaced", index, blockOrder, FrameOwner.USER);
    const policy = this.#policies[index]!;
    if (first !== NONE && policy.kind === Policy.INTERLEAVE) this.#endTurn(policy, this.machine.nodeOf(first));
    return first;
  }

  #endTurn(policy: NaivePolicy, node: number): void {
    policy.turn = (policy.nodes.includes(node) ? node : inTurn(policy)[0]!) + 1;
  }

  /** When no CPU has anything for itself, it is known where the block must come from. */
  expect(cpu: number, index: number, blockOrder: number): void {
    this.machine.drainAll();
    const expected = order(this.machine, this.#policies[index]!, cpu).find((n) => this.machine.hasBlock(n, blockOrder));
    const first = this.allocate(cpu, index, blockOrder);
    assert.equal(first === NONE ? undefined : this.machine.nodeOf(first), expected);
  }

  isKept(index: number, frame: number): boolean {
    const { kind, nodes } = this.#policies[index]!;
    return frame === NONE || kind !== Policy.STRICT || this.machine.nodeOf(frame) === nodes[0];
  }
}

const anyOrder = fc.oneof(
  { weight: 10, arbitrary: fc.constant(0) },
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 8 }) },
  { weight: 2, arbitrary: fc.integer({ min: 9, max: 10 }) },
);
const anyStep = fc.record({
  do: fc.constantFrom("allocate" as const, "expect" as const, "plain" as const, "free" as const),
  cpu: fc.nat(3),
  index: fc.nat(3),
  order: anyOrder,
  which: fc.nat(),
});
const anyRun = fc.integer({ min: 1, max: 4 }).chain((nodes) =>
  fc.record({
    layout: anyLayout(nodes),
    policies: fc.array(anyPolicy(nodes), { minLength: 4, maxLength: 4 }),
    steps: fc.array(anyStep, { minLength: 20, maxLength: 60 }),
  }),
);

test("each placement allocates where it says, and strict nowhere else whatever the CPU has at hand", (t) => {
  const property = fc.property(anyRun, ({ layout, policies, steps }) => {
    const run = new Run(new NodeMachine(layout), policies);
    for (const step of steps) {
      if (step.do === "expect") run.expect(step.cpu, step.index, step.order);
      else if (step.do === "plain") run.machine.allocate(step.cpu, step.order);
      else if (step.do === "free") run.machine.free(step.cpu, step.which);
      else assert.ok(run.isKept(step.index, run.allocate(step.cpu, step.index, step.order)));
      run.machine.check();
    }
  });
  holds(t, property, 12);
});

test("a few frames of another node within an area do not part a block", () => {
  const extents = [
    { frames: 2048, gap: 0, node: 0, isFree: true },
    { frames: 20, gap: 0, node: 1, isFree: true },
    { frames: 99, gap: 0, node: 0, isFree: true },
    { frames: 1929, gap: 0, node: 1, isFree: true },
  ];
  const machine = new NodeMachine({
    extents,
    distances: [
      [10, 20],
      [20, 10],
    ],
    cpus: [1],
  });
  machine.kernel.call("setPlacement", 0, Policy.STRICT, 1);
  assert.equal(placed(machine, 0, 10), 2048);
  machine.check();
});

/** Two nodes of 8 MiB, a CPU on each, and placement 0. */
function twoNodes(kind: number, nodes: number): NodeMachine {
  const machine = new NodeMachine(evenLayout(2, 8, 1));
  machine.kernel.call("setPlacement", 0, kind, nodes);
  return machine;
}

const placed = (machine: NodeMachine, cpu = 0, blockOrder = 0) =>
  machine.try(cpu, blockOrder, "allocatePlaced", 0, blockOrder, FrameOwner.USER);

test("strict fails when its node has run out, though others have room and the CPU a word of theirs", () => {
  const machine = twoNodes(Policy.STRICT, 0);
  const near = machine.freeOf(0);
  for (let i = 0; i < near; i++) assert.equal(machine.nodeOf(placed(machine)), 0);
  assert.equal(machine.nodeOf(machine.allocate(0, 0)), 1);
  for (const blockOrder of [0, 1, 8, 9, 10]) assert.equal(placed(machine, 0, blockOrder), NONE);
  assert.ok(machine.freeOf(1) > 1000);
  machine.check();
});

test("prefer goes to the next node when its own has run out", () => {
  const machine = twoNodes(Policy.PREFER, 1);
  const far = machine.freeOf(1);
  for (let i = 0; i < far; i++) assert.equal(machine.nodeOf(placed(machine)), 1);
  assert.equal(machine.nodeOf(placed(machine)), 0);
  machine.check();
});

test("interleave is balanced within one frame after every allocation, whatever else is allocated", (t) => {
  const property = fc.property(fc.integer({ min: 1, max: 15 }), fc.array(fc.boolean()), (set, others) => {
    const machine = new NodeMachine(evenLayout(4, 6, 1));
    machine.kernel.call("setPlacement", 0, Policy.INTERLEAVE, set);
    const counts = new Map(machine.nodes.filter((node) => (set >> node) & 1).map((node) => [node, 0]));
    for (let i = 0; i < 150; i++) {
      const node = machine.nodeOf(placed(machine, i % 4));
      counts.set(node, counts.get(node)! + 1);
      assert.ok(Math.max(...counts.values()) - Math.min(...counts.values()) <= 1, [...counts].join(" "));
      if (others[i] === true) machine.allocate(i % 3, 0);
    }
    machine.check();
  });
  holds(t, property, 8);
});

test("interleave leaves a node out that has run out, and leaves its set when that has", () => {
  const machine = new NodeMachine(evenLayout(3, 8, 1));
  machine.kernel.call("setPlacement", 0, Policy.INTERLEAVE, 0b011);
  const [first, second, third] = machine.nodes.map((node) => machine.freeOf(node));
  const served = Array.from({ length: first! + second! + third! }, () => machine.nodeOf(placed(machine)));
  assert.deepEqual(served.slice(0, 4), [0, 1, 0, 1]);
  assert.equal(served.lastIndexOf(2), served.length - 1);
  assert.equal(served.indexOf(2), first! + second!);
  assert.equal(placed(machine), NONE);
});

const COUNTS = Object.values(NodeCount).slice(1);

function countsOf(machine: NodeMachine, node: number): number[] {
  return COUNTS.map((what) => machine.kernel.call("takenFrom", node, what));
}

test("nodes count hits, misses, and whose CPU it was, as numastat does", () => {
  const machine = twoNodes(Policy.INTERLEAVE, 0b11);
  assert.equal(machine.kernel.call("nodeCountOf", 0, NodeCount.FREE), machine.freeOf(0));
  // 64 for CPU 0's word; a block.
  machine.allocate(0, 0);
  machine.allocate(0, 3);
  assert.deepEqual(countsOf(machine, 0), [72, 0, 0, 0, 72, 0]);
  // Its turn: from the word at hand; then a frame of the other node, wanted there.
  placed(machine);
  placed(machine);
  assert.deepEqual(countsOf(machine, 0), [72, 0, 0, 1, 72, 0]);
  assert.deepEqual(countsOf(machine, 1), [1, 0, 0, 1, 0, 1]);
  // Node 0 runs out: what CPU 0 wanted there comes from node 1.
  for (let rest = machine.freeOf(0); rest > 0; rest--) machine.allocate(0, 0);
  const [near, far] = [countsOf(machine, 0), countsOf(machine, 1)];
  machine.allocate(0, 0);
  // The word's first frame is taken already.
  assert.deepEqual(countsOf(machine, 0), [near[0], 0, 63, 1, near[4], 0]);
  assert.deepEqual(countsOf(machine, 1), [far[0], 63, 0, 1, 0, 64]);
});

test("validate sees a node that has a frame more than its areas, and another one less", () => {
  const { kernel } = twoNodes(Policy.DEFAULT, 0);
  kernel.call("addNodeCount", 0, NodeCount.FREE, 1n);
  kernel.call("addNodeCount", 1, NodeCount.FREE, -1n);
  assert.equal(kernel.call("validate"), FrameError.NODE_COUNT_WRONG);
  assert.equal(kernel.call("frameErrorFound"), 0);
});

test("placements of nodes that there are not are refused", () => {
  for (const [kind, nodes] of [
    [Policy.PREFER, 2],
    [Policy.STRICT, 2],
    [Policy.INTERLEAVE, 0],
    [Policy.INTERLEAVE, 0b101],
  ] as const) {
    assert.throws(() => twoNodes(kind, nodes), /there is no such/);
  }
});
