import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { HeapError } from "../../kernel/heap/errors.ts";
import { HeapModel, KINDS } from "../support/heap-model.ts";
import { KernelStopped } from "../support/kernel-module.ts";

/** Use after free and overrun: what debug builds say of them, and what `validateHeap` finds in any build. */
const MIDDLE = 1;
const { bytes } = KINDS[MIDDLE];

/** What the kernel writes to its console before `run` ends in a panic. */
function panicOf(heap: HeapModel, run: () => void): string {
  assert.throws(
    run,
    (error: unknown) => error instanceof KernelStopped && error.message.startsWith("processor.portWrite32(244, 70"),
  );
  return heap.machine.console();
}

describe("a debug build panics, and names kind, object, byte and what is there", () => {
  const damages = [
    { name: "one byte after the object", at: bytes, found: "byte 48 is 0x41", what: /past its end/ },
    { name: "the last byte of the red after it", at: bytes + 63, found: "byte 111 is 0x41", what: /past its end/ },
    { name: "one byte before the object", at: -1, found: "byte -1 is 0x41", what: /before its beginning/ },
    { name: "the first byte of the red before it", at: -64, found: "byte -64 is 0x41", what: /before its beginning/ },
  ];
  for (const { name, at, found, what } of damages) {
    test(`when it is freed: ${name}`, () => {
      const heap = new HeapModel("debug");
      const object = heap.allocate(0, MIDDLE);
      heap.bytes(object + at, 1)[0] = 0x41;
      const text = panicOf(heap, () => heap.free(0, object));
      assert.match(text, what);
      assert.ok(text.includes(`a middle of 48 bytes, at 0x${object.toString(16).padStart(8, "0")}`), text);
      assert.ok(text.includes(found), text);
    });
  }

  for (const at of [0, 7, bytes - 1]) {
    test(`when it is handed out again: written to at ${at} after it was freed`, () => {
      const heap = new HeapModel("debug");
      const object = heap.allocate(0, MIDDLE);
      heap.free(0, object);
      heap.bytes(object + at, 1)[0] = 0x41;
      const text = panicOf(heap, () => heap.allocate(0, MIDDLE));
      assert.match(text, /written to while it was free/);
      assert.ok(text.includes(`byte ${at} is 0x41`), text);
    });

    test(`when its slab goes back: written to at ${at} after it was freed`, () => {
      const heap = new HeapModel("debug");
      const object = heap.allocate(0, MIDDLE);
      heap.free(0, object);
      heap.bytes(object + at, 1)[0] = 0x41;
      assert.match(
        panicOf(heap, () => heap.drain(0)),
        /written to while it was free/,
      );
    });
  }

  test("an object that was never handed out is as poisoned, with another byte", () => {
    const heap = new HeapModel("debug");
    const object = heap.allocate(0, MIDDLE);
    const fresh = heap.bytes(object + bytes + 128, 1)[0];
    heap.free(0, object);
    const freed = heap.bytes(object, 1)[0];
    assert.ok(fresh !== freed && fresh !== 0 && freed !== 0);
    heap.bytes(object + bytes + 128, 1)[0] = 0x41;
    assert.equal(heap.kernel.call("validateHeap"), HeapError.USED_AFTER_FREE);
    assert.equal(heap.kernel.call("heapErrorFound"), object + bytes + 128);
  });
});

describe("validateHeap finds", () => {
  for (const build of ["usual", "debug"] as const) {
    test(`a free object that was written to, ${build} build`, () => {
      const heap = new HeapModel(build);
      const [object, other] = [heap.allocate(0, MIDDLE), heap.allocate(0, MIDDLE)];
      heap.free(0, object);
      heap.bytes(object + 20, 1)[0] = 0x41;
      assert.equal(heap.kernel.call("validateHeap"), HeapError.USED_AFTER_FREE);
      assert.equal(heap.kernel.call("heapErrorFound"), object);
      assert.notEqual(other, object);
    });
  }

  test("red that was written to", () => {
    const heap = new HeapModel("debug");
    const object = heap.allocate(0, MIDDLE);
    heap.bytes(object - 3, 1)[0] = 0x41;
    assert.equal(heap.kernel.call("validateHeap"), HeapError.OVERRUN);
  });

  const headers = [
    { name: "a kind", at: 0, error: HeapError.LIST_WRONG },
    { name: "the number of objects taken", at: 4, error: HeapError.SLAB_WRONG },
    { name: "the link to the next slab", at: 12, error: HeapError.LIST_WRONG },
    { name: "a free bit", at: 32 + 6, error: HeapError.SLAB_WRONG },
    { name: "a state where no object begins", at: 64, error: HeapError.SLAB_WRONG },
  ];
  for (const { name, at, error } of headers) {
    test(`damage of a slab's header: ${name}`, () => {
      const heap = new HeapModel("usual");
      const page = heap.allocate(0, MIDDLE) & ~4095;
      heap.bytes(page + at, 1)[0]! ^= 1;
      assert.equal(heap.kernel.call("validateHeap"), error);
    });
  }

  test("an object that two CPUs keep, and one that nobody has", () => {
    const heap = new HeapModel("usual");
    heap.free(1, heap.allocate(0, MIDDLE));
    const magazine = (cpu: number) => new DataView(heap.memory.buffer, heap.kernel.call("magazineOf", cpu, MIDDLE), 64);
    const [mine, other] = [magazine(0), magazine(1)];
    const object = other.getUint32(4, true);
    mine.setUint32(4, object, true);
    assert.equal(heap.kernel.call("validateHeap"), HeapError.MAGAZINE_WRONG);
    mine.setUint32(0, mine.getUint32(0, true) - 1, true);
    assert.equal(heap.kernel.call("validateHeap"), HeapError.MAGAZINE_WRONG);
  });
});
