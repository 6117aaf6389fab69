import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { FrameOwner } from "../../kernel/frames/owners.ts";
import { HeapError } from "../../kernel/heap/errors.ts";
import { HeapModel, KINDS, type HeapBuild } from "../support/heap-model.ts";

/** What the heap refuses, and that nothing has changed then; what it does without memory. */
const [SMALL, MIDDLE, ALIGNED, LARGE] = [0, 1, 2, 3];
const PAGE_MASK = 4095;

function refusal(heap: HeapModel, kind: number, object: number): { error: number; found: number; kind: number } {
  const error = heap.kernel.call("freeObject", kind, object);
  const found = heap.kernel.call("heapErrorFound");
  const actual = heap.kernel.call("heapErrorKind");
  heap.validate();
  return { error, found, kind: actual };
}

for (const build of ["usual", "debug"] satisfies HeapBuild[]) {
  describe(`misuse of the heap, ${build} build`, () => {
    test("freed twice: refused, whether it lies in a magazine or in a slab", () => {
      const heap = new HeapModel(build);
      const objects = Array.from({ length: 60 }, () => heap.allocate(0, MIDDLE));
      for (const object of objects) heap.free(0, object);
      for (const object of objects.filter((_, i) => i > 0)) {
        const error = heap.kernel.call("freeObject", MIDDLE, object);
        assert.ok(error === HeapError.DOUBLE_FREE || error === HeapError.NOT_AN_OBJECT);
      }
      assert.equal(refusal(heap, MIDDLE, objects.at(-1)!).error, HeapError.DOUBLE_FREE);
      heap.end(0, 1);
    });

    test("freed on one CPU, and then on another: refused", () => {
      const heap = new HeapModel(build);
      const object = heap.allocate(0, SMALL);
      heap.free(1, object);
      heap.machine.cpu = 2;
      const expected = { error: HeapError.DOUBLE_FREE, found: object, kind: SMALL };
      assert.deepEqual(refusal(heap, SMALL, object), expected);
      heap.end(0, 3);
    });

    test("every address of a slab that is no start of an object: refused", () => {
      const heap = new HeapModel(build);
      const object = heap.allocate(0, ALIGNED);
      const page = object & ~PAGE_MASK;
      const starts: number[] = [];
      for (let at = page; at < page + 4096; at++) {
        if (at === object) continue;
        const error = heap.kernel.call("freeObject", ALIGNED, at);
        if (error === HeapError.DOUBLE_FREE) starts.push(at);
        else assert.equal(error, HeapError.NOT_ITS_START);
      }
      // Those of the slab's other objects, which are free.
      assert.equal(starts.length, Math.floor((4096 - 320) / (build === "debug" ? 320 : 192)) - 1);
      heap.validate();
      heap.free(0, object);
      heap.end(0, 1);
    });

    test("an object of another kind: refused, and its kind is named", () => {
      const heap = new HeapModel(build);
      const object = heap.allocate(0, LARGE);
      assert.deepEqual(refusal(heap, SMALL, object), { error: HeapError.OTHER_KIND, found: object, kind: LARGE });
      assert.equal(heap.kernel.text("kindName", LARGE), "large");
      heap.end(0, 1);
    });

    test("what is none of the heap's memory: refused, without looking at it", () => {
      const heap = new HeapModel(build);
      for (const at of [0, 1, 16, 4096, heap.kernel.call("firstPage"), 0x7fff_fff0, 0xffff_f000, 0xffff_ffff]) {
        assert.equal(refusal(heap, SMALL, at).error, HeapError.NOT_AN_OBJECT);
      }
      heap.end(0, 1);
    });

    test("without memory it answers 0, at whichever allocation, and loses nothing", () => {
      for (let n = 1; n < 30; n++) {
        const heap = new HeapModel(build);
        heap.kernel.call("failAllocation", n);
        const taken = KINDS.flatMap((_, kind) => Array.from({ length: 30 }, () => heap.allocate(0, kind)));
        const denied = taken.filter((object) => object === 0).length;
        assert.ok(denied <= 1, `${denied} objects were denied for one frame`);
        heap.validate();
        heap.end(0, 1);
      }
    });

    test("places for pages run out: 0, and again an object when one is free", () => {
      const heap = new HeapModel(build, 3);
      const taken = [1, 2, 3].map(() => heap.allocate(0, LARGE));
      assert.ok(taken.every((object) => object !== 0));
      assert.equal(heap.allocate(0, LARGE), 0);
      assert.equal(heap.allocate(0, SMALL), 0);
      heap.free(0, taken[1]!);
      assert.equal(heap.allocate(0, LARGE), taken[1]);
      heap.end(0, 1);
    });
  });
}

test("all objects of a slab are had, and few slabs stay when all are free", () => {
  const heap = new HeapModel("usual");
  const perSlab = Math.floor((4096 - 320) / 48);
  const objects = Array.from({ length: 6 * perSlab }, () => heap.allocate(0, MIDDLE));
  assert.equal(heap.kernel.call("slabCount", MIDDLE), 6);
  for (const object of objects) heap.free(0, object);
  const left = heap.kernel.call("slabCount", MIDDLE);
  assert.ok(left >= 1 && left <= 3, `${left} slabs are left: the spare one, and those of the magazine`);
  assert.equal(heap.drain(0), left);
  heap.end(0, 1);
});

test("frames that run short get empty slabs and kept objects back", () => {
  const heap = new HeapModel("usual");
  const objects = KINDS.flatMap((_, kind) => Array.from({ length: 20 }, () => heap.allocate(0, kind)));
  for (const object of objects) heap.free(0, object);
  assert.ok(heap.kernel.call("allSlabs") >= KINDS.length);
  const frames: number[] = [];
  for (;;) {
    const frame = heap.kernel.call("allocateFrame", FrameOwner.USER);
    if (frame === 0xffff_ffff) break;
    frames.push(frame);
  }
  assert.deepEqual([heap.kernel.call("allSlabs"), heap.kernel.call("freeFrames")], [0, 0]);
  assert.equal(heap.allocate(0, SMALL), 0);
  for (const frame of frames) assert.equal(heap.kernel.call("freeFrame", frame), 0);
  heap.end(0, 1);
});

test("an object is had while frames run short around it, wherever that is felt", () => {
  const heap = new HeapModel("usual", 200);
  const frames: number[] = [];
  for (let left = heap.kernel.call("freeFrames"); left > 0; left--) {
    frames.push(heap.kernel.call("allocateFrame", FrameOwner.USER));
    const object = heap.allocate(0, left % KINDS.length);
    if (object !== 0 && left % 3 !== 0) heap.free(0, object);
    if (left % 50 === 0) heap.validate();
  }
  heap.validate();
  for (const frame of frames) if (frame !== 0xffff_ffff) assert.equal(heap.kernel.call("freeFrame", frame), 0);
  heap.end(0, 1);
});
