import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { FrameError } from "../../kernel/frames/errors.ts";
import { FrameOwner } from "../../kernel/frames/owners.ts";
import { AGENT, ARENA, ARENA_BYTES, descriptor, EfiType, MemoryKernel, MIB } from "../support/memory-kernel.ts";
import { holds } from "../support/property.ts";
import { startWordMachine, type WordMachine } from "../support/word-machine.ts";

/**
 * Several CPUs: caches that are apart, and calls that run into each other. Whenever a CPU has done an atomic operation and does not hold
 * the lock, another may come and make a whole call of its own; that one may be interrupted the same way.
 */

const NONE = 0xffff_ffff;
const CPUS = 4;

class Cpus {
  readonly machine: WordMachine = startWordMachine(36);
  readonly kernel: MemoryKernel;
  /** First frame and order of every block that is held, by whichever CPU: any may free it. */
  readonly held = new Map<number, number>();
  readonly #free: number;

  constructor() {
    this.kernel = new MemoryKernel([], this.machine.instance).bringUp({
      descriptors: [
        descriptor(EfiType.CONVENTIONAL, 0n, ARENA),
        AGENT,
        descriptor(EfiType.CONVENTIONAL, ARENA + ARENA_BYTES, 4n * MIB),
      ],
    });
    this.#free = this.kernel.call("freeFrames");
  }

  allocate(cpu: number, order: number): number {
    this.machine.cpu = cpu;
    const first = this.kernel.call("allocateBlock", order, FrameOwner.USER);
    if (first !== NONE) this.#hold(first, order);
    return first;
  }

  #hold(first: number, order: number): void {
    for (const [other, otherOrder] of this.held) {
      const overlaps = first < other + 2 ** otherOrder && other < first + 2 ** order;
      assert.ok(
        !overlaps,
        `frame ${first} of order ${order} was handed out while ${other} of order ${otherOrder} is held`,
      );
    }
    this.held.set(first, order);
  }

  free(cpu: number, first: number): void {
    const order = this.held.get(first)!;
    this.held.delete(first);
    this.machine.cpu = cpu;
    assert.equal(this.kernel.call("freeBlock", first, order), FrameError.NONE);
  }

  heldFrames(): number {
    return [...this.held.values()].reduce((sum, order) => sum + 2 ** order, 0);
  }

  check(): void {
    assert.equal(this.kernel.call("validate"), FrameError.NONE, this.damage());
    assert.equal(this.kernel.call("freeFrames"), this.#free - this.heldFrames());
  }

  damage(): string {
    const error = this.kernel.call("validate");
    return `${this.kernel.text("frameErrorText", error)}: ${this.kernel.call("frameErrorFound")}`;
  }

  drainAll(): void {
    for (let cpu = 0; cpu < CPUS; cpu++) this.kernel.call("drainCache", cpu);
  }
}

const anyCpu = fc.nat(CPUS - 1);
const anyOrder = fc.oneof(
  { weight: 12, arbitrary: fc.constant(0) },
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 8 }) },
  { weight: 2, arbitrary: fc.constant(9) },
);
const anyCall = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant("allocate" as const), cpu: anyCpu, order: anyOrder }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("free" as const), cpu: anyCpu, which: fc.nat() }) },
);
type Call =
  | { readonly do: "allocate"; readonly cpu: number; readonly order: number }
  | { readonly do: "free"; readonly cpu: number; readonly which: number };

function make(cpus: Cpus, call: Call, cpu = call.cpu): void {
  if (call.do === "allocate") {
    cpus.allocate(cpu, call.order);
  } else {
    const first = [...cpus.held.keys()][call.which % Math.max(cpus.held.size, 1)];
    if (first !== undefined) cpus.free(cpu, first);
  }
}

test("CPUs that take turns never have a frame twice, and lose none", (t) => {
  const property = fc.property(fc.array(anyCall, { minLength: 50, maxLength: 300 }), (calls) => {
    const cpus = new Cpus();
    for (const call of calls) make(cpus, call);
    cpus.check();
    for (const first of cpus.held.keys()) cpus.free(first % CPUS, first);
    cpus.check();
    cpus.drainAll();
    cpus.check();
  });
  holds(t, property, 15);
});

test("CPUs whose calls run into each other never have a frame twice, and lose none", (t) => {
  const anyMoment = fc.record({ after: fc.integer({ min: 0, max: 12 }), call: anyCall });
  const calls = fc.array(anyCall, { minLength: 30, maxLength: 150 });
  const property = fc.property(calls, fc.array(anyMoment, { minLength: 20, maxLength: 100 }), (own, others) => {
    const cpus = new Cpus();
    const interruptions = new Interruptions(cpus, others);
    for (const call of own) make(cpus, call, 0);
    interruptions.end();
    cpus.check();
    for (const first of cpus.held.keys()) cpus.free(first % CPUS, first);
    cpus.drainAll();
    cpus.check();
  });
  holds(t, property, 25);
});

/** Lets CPUs 1, 2… call while CPU 0 is in the middle of a call, after so many more atomic operations each. */
class Interruptions {
  readonly #cpus: Cpus;
  readonly #waiting: { after: number; call: Call }[];
  #depth = 0;
  #passed = 0;

  constructor(cpus: Cpus, waiting: readonly { after: number; call: Call }[]) {
    this.#cpus = cpus;
    this.#waiting = [...waiting];
    cpus.machine.afterAtomic = () => this.#maybe();
  }

  end(): void {
    this.#cpus.machine.afterAtomic = () => {};
  }

  #maybe(): void {
    const next = this.#waiting[0];
    // Who holds the lock is not interrupted: the other would wait for ever.
    if (next === undefined || this.#depth + 1 >= CPUS || this.#isLocked() || this.#passed++ < next.after) return;
    this.#passed = 0;
    this.#waiting.shift();
    const interrupted = this.#cpus.machine.cpu;
    this.#depth++;
    make(this.#cpus, next.call, this.#depth);
    this.#depth--;
    this.#cpus.machine.cpu = interrupted;
  }

  #isLocked(): boolean {
    const { kernel } = this.#cpus;
    return kernel.wide("physLoad64", kernel.wide("lockAddress", 0)) !== 0n;
  }
}

test("what other CPUs have reserved can be had, what is in their hands only when they are drained", () => {
  const cpus = new Cpus();
  const first = cpus.allocate(1, 0);
  cpus.free(1, first);
  let taken = 0;
  while (cpus.allocate(0, 0) !== NONE) taken++;
  const left = cpus.kernel.call("freeFrames");
  assert.ok(left > 0 && left <= 64, `${left} frames are in CPU 1's hands`);
  cpus.kernel.call("drainCache", 1);
  for (let i = 0; i < left; i++) assert.notEqual(cpus.allocate(0, 0), NONE);
  assert.equal(cpus.allocate(0, 0), NONE);
  assert.equal(taken + left, cpus.heldFrames());
  cpus.check();
});

test("when all is freed and drained, every area is whole again", () => {
  const cpus = new Cpus();
  cpus.drainAll();
  const before = largeBlocks(cpus);
  for (let i = 0; cpus.allocate(i % CPUS, 0) !== NONE; i++);
  const frames = [...cpus.held.keys()].toSorted((a, b) => ((a * 7919) % 4099) - ((b * 7919) % 4099));
  frames.forEach((frame, i) => cpus.free(i % CPUS, frame));
  cpus.drainAll();
  assert.equal(largeBlocks(cpus), before);
  cpus.check();
});

/** How many blocks of order 9 there are; they are free again afterwards. */
function largeBlocks(cpus: Cpus): number {
  const blocks: number[] = [];
  for (let first = cpus.allocate(0, 9); first !== NONE; first = cpus.allocate(0, 9)) blocks.push(first);
  for (const first of blocks) cpus.free(0, first);
  cpus.drainAll();
  return blocks.length;
}
