import assert from "node:assert/strict";
import fc from "fast-check";
import { test } from "node:test";
import { countersAt, handful, type Counters } from "../../cli/records/counters.ts";
import { decodeRecords } from "../../cli/records/decode.ts";
import { FrameOwner } from "../../kernel/frames/owners.ts";
import { CounterMoment, Hand } from "../../kernel/trace/counters.ts";
import { anyLayout, evenLayout, NodeMachine, NONE } from "../support/node-machine.ts";
import { holds } from "../support/property.ts";

/** The counters of the frames, against a naive count of every call, on several nodes and CPUs. */

const OWNERS = [FrameOwner.PAGE_TABLE, FrameOwner.USER, FrameOwner.KERNEL_DATA];
const ORDERS = 19;

/** What the frames are asked to do, counted by who asks. */
class Counted {
  readonly orders = Array.from({ length: ORDERS }, () => ({ ALLOCATED: 0, FREED: 0, REFUSED: 0 }));
  readonly now = new Map<number, number>(OWNERS.map((owner) => [owner, 0]));
  readonly most = new Map<number, number>(OWNERS.map((owner) => [owner, 0]));
  readonly #owners = new Map<number, number>();
  readonly machine: NodeMachine;

  constructor(machine: NodeMachine) {
    this.machine = machine;
    machine.kernel.call("countFrames");
  }

  allocate(cpu: number, order: number, owner: number): void {
    const first = this.machine.try(cpu, order, "allocateBlock", order, owner);
    if (first === NONE) this.orders[order]!.REFUSED += 1;
    else this.#took(first, order, owner);
  }

  #took(first: number, order: number, owner: number): void {
    this.orders[order]!.ALLOCATED += 1;
    this.#owners.set(first, owner);
    this.now.set(owner, this.now.get(owner)! + 2 ** order);
    this.most.set(owner, Math.max(this.most.get(owner)!, this.now.get(owner)!));
  }

  free(cpu: number, which: number): void {
    const { held } = this.machine;
    if (held.length === 0) return;
    const { first, order } = held[which % held.length]!;
    const owner = this.#owners.get(first)!;
    this.machine.free(cpu, which);
    this.orders[order]!.FREED += 1;
    this.now.set(owner, this.now.get(owner)! - 2 ** order);
  }
}

function countersOf({ kernel, machine }: NodeMachine): Counters {
  kernel.call("drainTrace");
  machine.takeRecords();
  kernel.call("reportFrameCounters", CounterMoment.LOADED);
  kernel.call("drainTrace");
  return countersAt(CounterMoment.LOADED, decodeRecords(machine.takeRecords()))!;
}

function sum(numbers: Iterable<number>): number {
  return [...numbers].reduce((left, right) => left + right, 0);
}

const anyAction = fc.record({
  cpu: fc.nat(3),
  order: fc.constantFrom(0, 0, 0, 0, 1, 4, 6, 8, 9, 10, 12),
  owner: fc.constantFrom(...OWNERS),
  times: fc.constantFrom(1, 1, 3, 70),
  then: fc.constantFrom("allocate", "allocate", "free", "drain"),
  which: fc.nat(10_000),
});
type Action = typeof anyAction extends fc.Arbitrary<infer Value> ? Value : never;

function act(counted: Counted, { cpu, order, owner, times, then, which }: Action): void {
  if (then === "drain") return void counted.machine.kernel.call("drainCache", cpu);
  for (let i = 0; i < times; i++) {
    if (then === "allocate") counted.allocate(cpu, order, owner);
    else counted.free(cpu, which + i * 7);
  }
}

function checkOrders(counted: Counted, counters: Counters): void {
  assert.deepEqual([...counters.orders.values()], counted.orders);
}

/** Counted as it goes, and by a walk over all frames. */
function checkOwners(counted: Counted, { owners }: Counters): void {
  for (const owner of OWNERS) {
    const found = owners.get(owner) ?? { FRAMES: 0, MOST: 0 };
    assert.deepEqual(found, { FRAMES: counted.now.get(owner), MOST: counted.most.get(owner) });
    assert.equal(counted.machine.kernel.call("ownedFrames", owner), found.FRAMES);
  }
  assert.equal(owners.get(FrameOwner.FREE)?.FRAMES ?? 0, counted.machine.kernel.call("freeFrames"));
}

function checkNodes({ machine }: Counted, counters: Counters): void {
  const { nodes } = counters;
  for (const node of machine.nodes) {
    const { FRAMES, FREE } = nodes.get(node)!;
    assert.deepEqual([FRAMES, FREE], [machine.totalOf(node), machine.freeOf(node)]);
  }
  const all = [...nodes.values()];
  assert.equal(sum(counters.inHand.map(({ frames }) => frames)), sum(all.map(({ IN_HAND }) => IN_HAND)));
  assert.equal(sum(all.map(({ MISS }) => MISS)), sum(all.map(({ FOREIGN }) => FOREIGN)));
  for (const { HIT, MISS, LOCAL, OTHER } of all) assert.equal(HIT + MISS, LOCAL + OTHER);
}

/** Single frames that are handed out: they left in a word, and came back neither to the areas nor to a CPU's word. */
function singlesOut(counters: Counters): number {
  const moved = [...counters.cpus].map(([cpu, { REFILLED, FLUSHED, FREED_FAR }]) => {
    const words = sum([Hand.ZERO, Hand.UNKNOWN, Hand.FREED].map((hand) => handful(counters, cpu, hand)));
    return REFILLED - FLUSHED - FREED_FAR - words;
  });
  return sum(moved);
}

test("orders, owners, nodes and CPUs are counted as a naive count of every call has them", (t) => {
  let refused = 0;
  const property = fc.property(anyLayout(3), fc.array(anyAction, { maxLength: 60 }), (layout, actions) => {
    const counted = new Counted(new NodeMachine(layout));
    for (const action of actions) act(counted, action);
    const counters = countersOf(counted.machine);
    checkOrders(counted, counters);
    checkOwners(counted, counters);
    checkNodes(counted, counters);
    assert.equal(singlesOut(counters), counted.orders[0]!.ALLOCATED - counted.orders[0]!.FREED);
    refused += sum(counted.orders.map(({ REFUSED }) => REFUSED));
  });
  holds(t, property, 25);
  assert.ok(refused > 0, "no allocation was refused");
});

test("what CPUs do between their words and the areas is counted when nobody watches, too", (t) => {
  const property = fc.property(fc.array(anyAction, { maxLength: 60 }), (actions) => {
    const machine = new NodeMachine(evenLayout(2, 8, 2));
    let out = 0;
    for (const { cpu, times, then, which } of actions) {
      for (let i = 0; i < times; i++) {
        if (then === "allocate" && machine.allocate(cpu, 0) !== NONE) out += 1;
        if (then === "free" && machine.held.length > 0) {
          machine.free(cpu, which + i * 7);
          out -= 1;
        }
      }
      if (then === "drain") machine.kernel.call("drainCache", cpu);
    }
    assert.equal(singlesOut(countersOf(machine)), out);
  });
  holds(t, property, 15);
});

test("changes of pressure are counted: to short, to critical, and back", () => {
  const machine = new NodeMachine(evenLayout(1, 16, 1));
  while (machine.allocate(0, 4) !== NONE);
  const short = countersOf(machine).nodes.get(0)!;
  assert.deepEqual([short.PRESSURE, short.PRESSURE_CHANGES], [2, 2]);
  machine.freeAll(0);
  const after = countersOf(machine).nodes.get(0)!;
  assert.deepEqual([after.PRESSURE, after.PRESSURE_CHANGES], [0, 4]);
});
