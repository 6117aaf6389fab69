import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { FrameError } from "../../kernel/frames/errors.ts";
import { FrameModel, Owners } from "../support/frame-model.ts";
import { MapModel } from "../support/map-model.ts";
import {
  AGENT,
  ARENA,
  ARENA_BYTES,
  descriptor,
  EfiType,
  MemoryKernel,
  MIB,
  PAGE,
  type Descriptor,
} from "../support/memory-kernel.ts";
import { holds } from "../support/property.ts";

/** The frame allocator against a naive model: no frame twice, none when and only when there is none, same owners of every frame, same counts, after every step. */

const RAM_BYTES = 48n * MIB;
const FRAMES = Number(RAM_BYTES / PAGE);
const NONE = 0xffff_ffff;
/** A word that no zeroed frame holds. */
const DIRT = 0xd1d1_d1d1_d1d1_d1d1n;

interface Block {
  readonly first: number;
  readonly order: number;
}

type Step =
  | { readonly do: "allocate"; readonly order: number; readonly owner: number }
  /** Frees the block that was allocated `back` allocations ago and is still held. */
  | { readonly do: "free"; readonly back: number }
  /** Tries to free any block at all. */
  | { readonly do: "try"; readonly frame: number; readonly order: number }
  | { readonly do: "below"; readonly order: number; readonly limit: number }
  | { readonly do: "unzeroed"; readonly owner: number }
  /** Shares a frame of a held block, or releases it. */
  | { readonly do: "share" | "release"; readonly back: number; readonly frame: number }
  /** Shares a whole held block, or lets go of it. */
  | { readonly do: "share all" | "release all"; readonly back: number }
  /** Lets go of frames in a row of a held block. */
  | { readonly do: "release row"; readonly back: number; readonly from: number; readonly count: number }
  | { readonly do: "drain" }
  | { readonly do: "reclaim" };

const anyOrder = fc.oneof(
  { weight: 6, arbitrary: fc.constant(0) },
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 10 }) },
  { weight: 2, arbitrary: fc.constant(9) },
);
const anyOwner = fc.constantFrom(Owners.PAGE_TABLE, Owners.KERNEL_STACK, Owners.KERNEL_DATA, Owners.USER);
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant("allocate" as const), order: anyOrder, owner: anyOwner }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("free" as const), back: fc.nat(20) }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("try" as const), frame: fc.nat(FRAMES + 100), order: anyOrder }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("below" as const), order: anyOrder, limit: fc.nat(FRAMES + 10) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("unzeroed" as const), owner: anyOwner }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom("share" as const, "release" as const),
      back: fc.nat(5),
      frame: fc.nat(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom("share all" as const, "release all" as const), back: fc.nat(3) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("release row" as const),
      back: fc.nat(5),
      from: fc.nat(),
      count: fc.integer({ min: 1, max: 200 }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: "drain" as const }) },
  { weight: 1, arbitrary: fc.constant({ do: "reclaim" as const }) },
);

/** What breaks up the RAM: anything but the agent's memory, and the top, where the frame table needs room. */
const anyPiece = fc.record({
  type: fc.constantFrom(EfiType.RESERVED, EfiType.RUNTIME_DATA, EfiType.ACPI_NVS, EfiType.MMIO, EfiType.UNUSABLE),
  page: fc.oneof(fc.bigInt(0n, 4000n), fc.bigInt(6144n, 11000n)),
  pages: fc.bigInt(1n, 90n),
});

/** Whole areas without RAM: a span on each side. */
const anyHole = fc.record({
  type: fc.constant(EfiType.MMIO),
  page: fc.bigInt(13n, 18n).map((area) => area * 512n),
  pages: fc.bigInt(1n, 3n).map((areas) => areas * 512n),
});

const anyMap: fc.Arbitrary<Descriptor[]> = fc
  .tuple(fc.array(anyPiece, { maxLength: 12 }), fc.array(anyHole, { maxLength: 1 }))
  .map(([pieces, holes]) => [...pieces, ...holes])
  .map((pieces) => [
    descriptor(EfiType.CONVENTIONAL, 0n, ARENA),
    AGENT,
    descriptor(EfiType.CONVENTIONAL, ARENA + ARENA_BYTES, RAM_BYTES - ARENA - ARENA_BYTES),
    ...pieces.map(({ type, page, pages }) => ({ type, start: page * PAGE, pages })),
  ]);

test("the allocator does what the model does, frame by frame", (t) => {
  const property = fc.property(anyMap, fc.array(anyStep, { minLength: 20, maxLength: 60 }), (descriptors, steps) => {
    const run = new Run(descriptors);
    run.compareEveryFrame();
    for (const step of steps) run.take(step);
    run.compareEveryFrame();
  });
  holds(t, property, 40);
});

class Run {
  readonly #kernel: MemoryKernel;
  readonly #model: FrameModel;
  readonly #held: Block[] = [];

  constructor(descriptors: readonly Descriptor[]) {
    const handover = { descriptors, modules: 2 };
    this.#kernel = new MemoryKernel([{ first: 0n, bytes: RAM_BYTES }]);
    this.#dirty();
    this.#kernel.bringUp(handover);
    const first = Number(this.#kernel.wide("frameTableAddress") / PAGE);
    const frames = Number(this.#kernel.wide("frameTableBytes") / PAGE);
    this.#model = new FrameModel(new MapModel(handover, 40), FRAMES, { first, frames });
  }

  /** Firmware leaves memory as it was: not zero. */
  #dirty(): void {
    for (let frame = 0n; frame < FRAMES; frame += 3n) this.#kernel.store(frame * PAGE + 8n * (frame % 512n), 8, DIRT);
  }

  take(step: Step): void {
    if (step.do === "allocate") this.#allocate(step.order, step.owner);
    else if (step.do === "free") this.#free(step.back);
    else if (step.do === "try") this.#tryToFree(step.frame, step.order);
    else if (step.do === "below") this.#allocateBelow(step.order, step.limit);
    else if (step.do === "unzeroed") this.#allocateUnzeroed(step.owner);
    else if (step.do === "share") this.#share(step.back, step.frame);
    else if (step.do === "release") this.#release(step.back, step.frame);
    else if (step.do === "share all") this.#shareAll(step.back);
    else if (step.do === "release all") this.#releaseBlock(step.back);
    else if (step.do === "release row") this.#releaseRow(step.back, step.from, step.count);
    else if (step.do === "drain") this.#kernel.call("drainCache", 0);
    else assert.equal(this.#kernel.call("reclaimLoaderMemory"), this.#model.reclaim());
    this.#compareCounts();
  }

  #allocate(order: number, owner: number): void {
    const first =
      order === 0 ? this.#kernel.call("allocateFrame", owner) : this.#kernel.call("allocateBlock", order, owner);
    if (first === NONE) assert.ok(!this.#model.hasBlock(order), `there is a block of order ${order}`);
    else this.#take(first, order, owner);
  }

  #take(first: number, order: number, owner: number): void {
    assert.equal(this.#model.take(first, order, owner), undefined);
    this.#held.push({ first, order });
    for (let frame = first; frame < first + 2 ** order; frame++) this.#expectZero(frame);
  }

  /** Any limit, also one inside a frame. */
  #allocateBelow(order: number, limit: number): void {
    const bytes = BigInt(limit) * PAGE + BigInt(limit % 4096);
    const first = this.#kernel.call("allocateBlockBelow", order, bytes, Owners.KERNEL_DATA);
    if (first === NONE) {
      assert.ok(!this.#model.hasBlock(order, limit), `there is a block of order ${order} below frame ${limit}`);
    } else {
      assert.ok(first + 2 ** order <= limit, `frame ${first} is not below ${limit}`);
      this.#take(first, order, Owners.KERNEL_DATA);
    }
  }

  #allocateUnzeroed(owner: number): void {
    const frame = this.#kernel.call("allocateFrameUnzeroed", owner);
    if (frame === NONE) assert.ok(!this.#model.hasBlock(0), "there is a frame");
    else assert.equal(this.#model.take(frame, 0, owner), undefined);
    // Nobody frees it: later steps may.
  }

  #heldFrame(back: number, index: number): number | undefined {
    const held = this.#held.at(-1 - back);
    return held === undefined ? undefined : held.first + (index % 2 ** held.order);
  }

  #share(back: number, index: number): void {
    const frame = this.#heldFrame(back, index);
    if (frame === undefined) return;
    assert.equal(this.#kernel.call("shareFrame", frame), FrameError.NONE);
    this.#model.share(frame, 1);
    assert.equal(this.#kernel.call("frameHolders", frame), this.#model.sharersOf(frame) + 1);
    this.#tryToFreeBlock(back);
  }

  #release(back: number, index: number): void {
    const frame = this.#heldFrame(back, index);
    if (frame === undefined || this.#model.sharersOf(frame) === 0) return;
    assert.equal(this.#kernel.call("releaseFrame", frame), FrameError.NONE);
    this.#model.share(frame, -1);
    assert.equal(this.#kernel.call("frameHolders", frame), this.#model.sharersOf(frame) + 1);
  }

  #shareAll(back: number): void {
    const held = this.#held.at(-1 - back);
    if (held === undefined) return;
    assert.equal(this.#kernel.call("shareFrames", held.first, held.order), FrameError.NONE);
    for (let i = 0; i < 2 ** held.order; i++) this.#model.share(held.first + i, 1);
    this.#tryToFreeBlock(back);
  }

  /** Which is refused when others hold frames of it. */
  #tryToFreeBlock(back: number): void {
    const held = this.#held.at(-1 - back);
    if (held !== undefined) this.#tryToFree(held.first, held.order);
  }

  #releaseBlock(back: number): void {
    const [held] = this.#held.splice(-1 - back, 1);
    if (held === undefined) return;
    assert.equal(this.#kernel.call("releaseFrames", held.first, held.order), FrameError.NONE);
    this.#letGo(held, 0, 2 ** held.order);
  }

  #releaseRow(back: number, from: number, wanted: number): void {
    const [held] = this.#held.splice(-1 - back, 1);
    if (held === undefined) return;
    const size = 2 ** held.order;
    const start = from % size;
    const count = Math.min(wanted, size - start);
    assert.equal(this.#kernel.call("releaseRow", held.first + start, count), FrameError.NONE);
    this.#letGo(held, start, start + count);
  }

  /** Frames `from` to before `end` of a block have a holder less. What is left is held: the block, or frames of it. */
  #letGo(block: Block, from: number, end: number): void {
    const frames = Array.from({ length: 2 ** block.order }, (_, i) => block.first + i);
    const fewer = frames.slice(from, end);
    const last = new Set(fewer.filter((frame) => this.#model.sharersOf(frame) === 0));
    for (const frame of fewer) if (!last.has(frame)) this.#model.share(frame, -1);
    for (const frame of last) this.#model.free(frame, 0);
    if (last.size === 0) this.#held.push(block);
    // In front, so that later steps find the blocks that they did.
    else this.#held.unshift(...frames.filter((frame) => !last.has(frame)).map((first) => ({ first, order: 0 })));
  }

  /** Looks at every word, and leaves dirt for the next owner to find. */
  #expectZero(frame: number): void {
    const at = BigInt(frame) * PAGE;
    for (let word = 0n; word < PAGE; word += 8n) {
      if (this.#kernel.wide("physLoad64", at + word) !== 0n) assert.fail(`frame ${frame} was handed out dirty`);
    }
    this.#kernel.store(at + 8n * BigInt(frame % 512), 8, DIRT);
  }

  #free(back: number): void {
    const [held] = this.#held.splice(-1 - back, 1);
    if (held === undefined) return;
    // Whole blocks and their frames one by one must come to the same.
    const size = 2 ** held.order;
    this.#releaseAll(held.first, size);
    if (back % 2 === 0) assert.equal(this.#kernel.call("freeBlock", held.first, held.order), FrameError.NONE);
    else for (let i = 0; i < size; i++) assert.equal(this.#kernel.call("freeFrame", held.first + i), FrameError.NONE);
    this.#model.free(held.first, held.order);
  }

  /** All holders but the first let go. */
  #releaseAll(first: number, size: number): void {
    for (let frame = first; frame < first + size; frame++) {
      for (; this.#model.sharersOf(frame) > 0; this.#model.share(frame, -1)) {
        assert.equal(this.#kernel.call("releaseFrame", frame), FrameError.NONE);
      }
    }
  }

  #tryToFree(frame: number, order: number): void {
    const refusal = this.#model.refusal(frame, order);
    if (refusal === undefined) return;
    assert.equal(this.#kernel.call("freeBlock", frame, order), FrameError[refusal as keyof typeof FrameError]);
  }

  #compareCounts(): void {
    assert.equal(
      this.#kernel.call("validate"),
      FrameError.NONE,
      this.#kernel.text("frameErrorText", this.#kernel.call("validate")),
    );
    assert.equal(
      this.#kernel.call("totalFrames"),
      this.#model.count(() => true),
    );
    assert.equal(
      this.#kernel.call("freeFrames"),
      this.#model.count((owner) => owner === Owners.FREE),
    );
    assert.equal(
      this.#kernel.call("reservedFrames"),
      this.#model.count((owner) => owner > Owners.FREE && owner < Owners.FRAME_TABLE),
    );
    assert.equal(
      this.#kernel.call("usedFrames"),
      this.#model.count((owner) => owner >= Owners.FRAME_TABLE),
    );
  }

  compareEveryFrame(): void {
    this.#compareCounts();
    this.#model.owners.forEach((owner, frame) => {
      const found = this.#kernel.call("frameOwner", frame);
      if (found !== (owner ?? Owners.HOLE)) assert.equal(found, owner ?? Owners.HOLE, `owner of frame ${frame}`);
    });
  }
}
