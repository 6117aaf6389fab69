import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { FrameError } from "../../kernel/frames/errors.ts";
import { FrameOwner } from "../../kernel/frames/owners.ts";
import { AGENT, ARENA, ARENA_BYTES, descriptor, EfiType, MemoryKernel, MIB } from "../support/memory-kernel.ts";
import { holds } from "../support/property.ts";
import { startWordMachine, type WordMachine } from "../support/word-machine.ts";

/** Zeroing in idle time, on a machine that notes which frames are zeroed and which words are written. */

const NONE = 0xffff_ffff;
const RAM_BYTES = 40n * MIB;
/** A CPU's word, and the area that it has reserved. */
const POOL = 64 + 512;

interface Machine {
  readonly machine: WordMachine;
  readonly kernel: MemoryKernel;
}

function start(): Machine {
  const machine = startWordMachine(36);
  const above = descriptor(EfiType.CONVENTIONAL, ARENA + ARENA_BYTES, RAM_BYTES - ARENA - ARENA_BYTES);
  const kernel = new MemoryKernel([], machine.instance).bringUp({
    descriptors: [descriptor(EfiType.CONVENTIONAL, 0n, ARENA), AGENT, above],
  });
  machine.zeroed.clear();
  return { machine, kernel };
}

function idle(kernel: MemoryKernel, budget: number): number {
  const done = kernel.call("zeroInIdleTime", budget);
  assert.ok(done <= budget, `${done} of ${budget}`);
  assert.equal(kernel.call("validate"), FrameError.NONE);
  return done;
}

function idleUntilDone(kernel: MemoryKernel): number {
  let sum = 0;
  for (let done = idle(kernel, 100); done !== 0; done = idle(kernel, 100)) sum += done;
  return sum;
}

test("a CPU that never allocated has nothing to zero", () => {
  const { machine, kernel } = start();
  assert.equal(idle(kernel, 1000), 0);
  assert.equal(machine.zeroed.size, 0);
});

test("frames that idle time has zeroed are not zeroed again when they are allocated", () => {
  const { machine, kernel } = start();
  const first = kernel.call("allocateFrame", FrameOwner.USER);
  assert.notEqual(first, NONE);
  assert.ok(machine.zeroed.size > 0);
  machine.zeroed.clear();
  const done = idleUntilDone(kernel);
  assert.ok(done > 400 && done <= POOL, `${done}`);
  assert.equal(machine.zeroed.size, done, "each of them once");
  machine.zeroed.clear();
  for (let i = 0; i < done; i++) assert.notEqual(kernel.call("allocateFrame", FrameOwner.USER), NONE);
  assert.equal(machine.zeroed.size, 0);
});

test("no more than the pool is touched, however long the machine idles", () => {
  const { machine, kernel } = start();
  kernel.call("allocateFrame", FrameOwner.USER);
  idleUntilDone(kernel);
  const touched = machine.zeroed.size;
  assert.ok(touched <= POOL, `${touched}`);
  for (let i = 0; i < 20; i++) assert.equal(idle(kernel, 1000), 0);
  assert.equal(machine.zeroed.size, touched);
});

test("budgets are kept, and in pieces all gets zero", (t) => {
  const property = fc.property(fc.array(fc.nat(70), { minLength: 1, maxLength: 30 }), (budgets) => {
    const { kernel } = start();
    kernel.call("allocateFrame", FrameOwner.USER);
    const whole = start();
    whole.kernel.call("allocateFrame", FrameOwner.USER);
    const all = idleUntilDone(whole.kernel);
    const inPieces = budgets.reduce((sum, budget) => sum + idle(kernel, budget), 0);
    assert.equal(
      inPieces,
      Math.min(
        all,
        budgets.reduce((sum, budget) => sum + budget, 0),
      ),
    );
    assert.equal(inPieces + idleUntilDone(kernel), all);
  });
  holds(t, property, 15);
});

test("between any two of its atomic operations another CPU may allocate and free", (t) => {
  const act = fc.record({ cpu: fc.integer({ min: 1, max: 3 }), frees: fc.boolean() });
  const property = fc.property(
    fc.array(act, { minLength: 5, maxLength: 60 }),
    fc.integer({ min: 1, max: 9 }),
    (acts, budget) => {
      const { machine, kernel } = start();
      machine.cpu = 0;
      kernel.call("allocateFrame", FrameOwner.USER);
      const held: number[] = [];
      const left = [...acts];
      machine.afterAtomic = () => {
        const next = left.pop();
        if (next === undefined || machine.cpu !== 0) return;
        machine.cpu = next.cpu;
        const frame = held.pop();
        if (next.frees && frame !== undefined) assert.equal(kernel.call("freeFrame", frame), FrameError.NONE);
        else held.push(kernel.call("allocateFrame", FrameOwner.USER));
        machine.cpu = 0;
      };
      for (let i = 0; i < 20; i++) kernel.call("zeroInIdleTime", budget);
      machine.afterAtomic = () => {};
      assert.equal(new Set(held).size, held.length);
      assert.equal(kernel.call("validate"), FrameError.NONE);
    },
  );
  holds(t, property, 25);
});
