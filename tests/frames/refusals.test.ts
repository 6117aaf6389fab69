import assert from "node:assert/strict";
import { test } from "node:test";
import { FrameError } from "../../kernel/frames/errors.ts";
import { FrameOwner } from "../../kernel/frames/owners.ts";
import { AGENT, ARENA, ARENA_BYTES, descriptor, EfiType, MemoryKernel, MIB, PAGE } from "../support/memory-kernel.ts";

/** Every refusal of `freeFrame` and `freeBlock`, and that a refusal changes nothing; and that `validate` sees damage. */

const RAM_BYTES = 40n * MIB;
const ABOVE = ARENA + ARENA_BYTES;
const NVS = ABOVE + 2n * MIB;
const DEVICE = ABOVE + 4n * MIB;
/** RAM that starts in the middle of an area and of a bitmap word, after a hole. */
const UPPER = DEVICE + 2n * MIB + 3n * PAGE;

function start(): MemoryKernel {
  const kernel = new MemoryKernel([{ first: 0n, bytes: RAM_BYTES }]);
  return kernel.bringUp({
    modules: 1,
    descriptors: [
      descriptor(EfiType.CONVENTIONAL, 0n, ARENA),
      AGENT,
      descriptor(EfiType.CONVENTIONAL, ABOVE, 2n * MIB),
      descriptor(EfiType.ACPI_NVS, NVS, MIB),
      descriptor(EfiType.MMIO, DEVICE, MIB),
      descriptor(EfiType.CONVENTIONAL, UPPER, RAM_BYTES - UPPER),
    ],
  });
}

const frameAt = (address: bigint) => Number(address / PAGE);

/** Counts and every owner: what a refusal must leave alone. */
function stateOf(kernel: MemoryKernel): string {
  const owners = Array.from({ length: Number(RAM_BYTES / PAGE) }, (_, frame) => kernel.call("frameOwner", frame));
  const counts = ["totalFrames", "freeFrames", "reservedFrames", "usedFrames"].map((name) => kernel.call(name));
  return [...counts, ...owners].join(" ");
}

/** Errors that name the owner of the frame that they name. */
const NAMES_OWNER = new Set<number>([
  FrameError.DOUBLE_FREE,
  FrameError.RESERVED,
  FrameError.OUTSIDE_RAM,
  FrameError.SHARED,
]);

interface Case {
  readonly what: string;
  readonly frame: (kernel: MemoryKernel) => number;
  readonly order?: number;
  readonly error: number;
  /** The value that the refusal names; the frame itself if absent. */
  readonly found?: (frame: number) => number;
}

const CASES: readonly Case[] = [
  { what: "a frame that was never allocated", frame: () => frameAt(ABOVE), error: FrameError.DOUBLE_FREE },
  { what: "a frame that was freed already", frame: freedFrame, error: FrameError.DOUBLE_FREE },
  { what: "page 0", frame: () => 0, error: FrameError.RESERVED },
  { what: "the page in which processors start", frame: () => 1, error: FrameError.RESERVED },
  { what: "the kernel", frame: () => frameAt(ARENA), error: FrameError.RESERVED },
  { what: "a module", frame: () => frameAt(ARENA + 5n * MIB), error: FrameError.RESERVED },
  { what: "the boot agent, before it is left", frame: () => frameAt(ARENA + 7n * MIB), error: FrameError.RESERVED },
  { what: "ACPI's memory", frame: () => frameAt(NVS), error: FrameError.RESERVED },
  { what: "the frame table", frame: (kernel) => frameAt(kernel.wide("frameTableAddress")), error: FrameError.RESERVED },
  { what: "a device", frame: () => frameAt(DEVICE), error: FrameError.OUTSIDE_RAM },
  { what: "a hole", frame: () => frameAt(DEVICE + MIB), error: FrameError.OUTSIDE_RAM },
  { what: "the frame after the last", frame: () => frameAt(RAM_BYTES), error: FrameError.OUTSIDE_RAM },
  { what: "Frame.none()", frame: () => 0xffff_ffff, error: FrameError.OUTSIDE_RAM },
  { what: "a block that is not aligned", frame: blockOfTwo, order: 2, error: FrameError.MISALIGNED },
  {
    what: "a block of two owners",
    frame: twoOwners,
    order: 1,
    error: FrameError.MIXED_OWNERS,
    found: (frame) => frame + 1,
  },
  {
    what: "a block that is half free",
    frame: halfFree,
    order: 1,
    error: FrameError.DOUBLE_FREE,
    found: (frame) => frame + 1,
  },
  { what: "a frame that is shared", frame: sharedFrame, error: FrameError.SHARED },
  {
    what: "a block of which a frame is shared",
    frame: sharedBlock,
    order: 3,
    error: FrameError.SHARED,
    found: (frame) => frame + 5,
  },
  { what: "a frame of a free block of 2 MiB", frame: freedLarge, error: FrameError.DOUBLE_FREE },
  { what: "a free block of 2 MiB", frame: freedLarge, order: 9, error: FrameError.DOUBLE_FREE },
  { what: "a block larger than any", frame: () => 0, order: 19, error: FrameError.BAD_ORDER, found: () => 19 },
  { what: "an order that would wrap", frame: () => 0, order: 32, error: FrameError.BAD_ORDER, found: () => 32 },
];

function freedFrame(kernel: MemoryKernel): number {
  const frame = kernel.call("allocateFrame", FrameOwner.USER);
  assert.equal(kernel.call("freeFrame", frame), FrameError.NONE);
  return frame;
}

function sharedFrame(kernel: MemoryKernel): number {
  const frame = kernel.call("allocateFrame", FrameOwner.USER);
  assert.equal(kernel.call("shareFrame", frame), FrameError.NONE);
  return frame;
}

function sharedBlock(kernel: MemoryKernel): number {
  const first = kernel.call("allocateBlock", 3, FrameOwner.USER);
  assert.equal(kernel.call("shareFrame", first + 5), FrameError.NONE);
  return first;
}

function freedLarge(kernel: MemoryKernel): number {
  const first = kernel.call("allocateBlock", 9, FrameOwner.USER);
  assert.equal(kernel.call("freeBlock", first, 9), FrameError.NONE);
  return first;
}

/** The first frame of a block of two that is no block of four. */
function blockOfTwo(kernel: MemoryKernel): number {
  for (;;) {
    const first = kernel.call("allocateBlock", 1, FrameOwner.USER);
    if (first % 4 !== 0) return first;
  }
}

function twoOwners(kernel: MemoryKernel): number {
  const first = kernel.call("allocateBlock", 1, FrameOwner.USER);
  assert.equal(kernel.call("freeFrame", first + 1), FrameError.NONE);
  for (;;) if (kernel.call("allocateFrame", FrameOwner.PAGE_TABLE) === first + 1) return first;
}

function halfFree(kernel: MemoryKernel): number {
  const first = kernel.call("allocateBlock", 1, FrameOwner.USER);
  assert.equal(kernel.call("freeFrame", first + 1), FrameError.NONE);
  return first;
}

for (const { what, frame, order = 0, error, found } of CASES) {
  test(`not freed, and nothing changed: ${what}`, () => {
    const kernel = start();
    const first = frame(kernel);
    const before = stateOf(kernel);
    const given = order === 0 ? kernel.call("freeFrame", first) : kernel.call("freeBlock", first, order);
    assert.equal(given, error, kernel.text("frameErrorText", given));
    assert.equal(kernel.call("frameErrorFound"), found === undefined ? first : found(first));
    if (NAMES_OWNER.has(error))
      assert.equal(kernel.call("frameErrorOwner"), kernel.call("frameOwner", kernel.call("frameErrorFound")));
    assert.equal(stateOf(kernel), before);
    assert.equal(kernel.call("validate"), FrameError.NONE);
  });
}

test("frames are not allocated for owners that are set by the map", () => {
  for (const owner of [
    FrameOwner.FREE,
    FrameOwner.RESERVED,
    FrameOwner.KERNEL,
    FrameOwner.FRAME_TABLE,
    FrameOwner.HOLE,
    200,
  ]) {
    assert.throws(() => start().call("allocateFrame", owner), /frames are not allocated for this owner/);
    assert.throws(() => start().call("allocateBlock", 3, owner), /frames are not allocated for this owner/);
  }
});

test("every error has a text of its own", () => {
  const kernel = start();
  const texts = Object.values(FrameError).map((error) => kernel.text("frameErrorText", error));
  assert.equal(new Set(texts).size, texts.length);
  assert.ok(!texts.includes(kernel.text("frameErrorText", 99)));
});

function setState(kernel: MemoryKernel, frame: number, state: number): void {
  kernel.call("physStore8", kernel.wide("stateAddress", kernel.call("ordinalOfFrame", frame)), state);
}

function flipFree(kernel: MemoryKernel, frame: number): void {
  const at = kernel.wide("wordAddress", kernel.call("ordinalOfFrame", frame) >> 6);
  kernel.store(at, 8, kernel.wide("physLoad64", at) ^ (1n << BigInt(frame & 63)));
}

/** Adds to what the area of `frame` says is free in it. */
function recount(kernel: MemoryKernel, frame: number, change: bigint): void {
  const at = kernel.wide("entryAddress", kernel.call("ordinalOfFrame", frame) >> 9);
  kernel.store(at, 8, kernel.wide("physLoad64", at) + (change << 32n));
}

function changeNode(kernel: MemoryKernel, frame: number): void {
  const at = kernel.wide("entryAddress", kernel.call("ordinalOfFrame", frame) >> 9);
  kernel.store(at, 8, kernel.wide("physLoad64", at) + (1n << 17n));
}

interface Damage {
  readonly what: string;
  readonly harm: (kernel: MemoryKernel) => void;
  readonly error: number;
  readonly found?: number;
}

/** In the area at the start of `UPPER`, of which a part is free; and in one that is all free. */
const PARTLY_WORD = Array.from({ length: 64 }, (_, i) => (frameAt(UPPER) & ~63) + 64 + i);
const PARTLY_FRAME = PARTLY_WORD[5]!;
const WHOLE_FRAME = frameAt(4n * MIB) + 5;
const HOLE_FRAME = frameAt(UPPER) - 1;
const KERNEL_WORD = Array.from({ length: 64 }, (_, i) => frameAt(ARENA) + 64 + i);

const DAMAGES: readonly Damage[] = [
  {
    what: "a taken bit without an owner",
    harm: (k) => flipFree(k, PARTLY_FRAME),
    error: FrameError.BITMAP_WRONG,
    found: PARTLY_FRAME,
  },
  {
    what: "an owner without a taken bit",
    harm: (k) => setState(k, PARTLY_FRAME, FrameOwner.USER),
    error: FrameError.BITMAP_WRONG,
    found: PARTLY_FRAME,
  },
  {
    what: "64 taken bits without owners",
    harm: (k) => PARTLY_WORD.forEach((frame) => flipFree(k, frame)),
    error: FrameError.BITMAP_WRONG,
    found: PARTLY_WORD[0]!,
  },
  {
    what: "an owner in a whole area",
    harm: (k) => setState(k, WHOLE_FRAME, FrameOwner.USER),
    error: FrameError.BITMAP_WRONG,
    found: WHOLE_FRAME,
  },
  {
    what: "a bit in a whole area",
    harm: (k) => flipFree(k, WHOLE_FRAME),
    error: FrameError.BITMAP_WRONG,
    found: WHOLE_FRAME & ~63,
  },
  {
    what: "a kernel frame as a user's",
    harm: (k) => setState(k, KERNEL_WORD[5]!, FrameOwner.USER),
    error: FrameError.OWNER_WRONG,
    found: KERNEL_WORD[5]!,
  },
  {
    what: "64 kernel frames as a user's",
    harm: (k) => KERNEL_WORD.forEach((frame) => setState(k, frame, FrameOwner.USER)),
    error: FrameError.OWNER_WRONG,
    found: KERNEL_WORD[0]!,
  },
  {
    what: "a user's frame as the kernel's",
    harm: (k) => setState(k, k.call("allocateFrame", FrameOwner.USER), FrameOwner.KERNEL),
    error: FrameError.OWNER_WRONG,
  },
  { what: "a frame of the table as free", harm: freeTable, error: FrameError.OWNER_WRONG },
  {
    what: "a taken frame that is neither shared nor its owner's alone",
    harm: (k) => setState(k, k.call("allocateFrame", FrameOwner.USER), FrameOwner.USER),
    error: FrameError.OWNER_WRONG,
  },
  {
    what: "a taken frame that is both",
    harm: (k) => setState(k, k.call("allocateFrame", FrameOwner.USER), FrameOwner.USER | 0xc0),
    error: FrameError.OWNER_WRONG,
  },
  {
    what: "a kernel frame that could be freed",
    harm: (k) => setState(k, KERNEL_WORD[5]!, FrameOwner.KERNEL | 0x80),
    error: FrameError.OWNER_WRONG,
    found: KERNEL_WORD[5]!,
  },
  {
    what: "a free frame that could be freed",
    harm: (k) => setState(k, PARTLY_FRAME, 0x80),
    error: FrameError.OWNER_WRONG,
  },
  {
    what: "a shared frame whose area has no references",
    harm: (k) => setState(k, k.call("allocateFrame", FrameOwner.USER), FrameOwner.USER | 0x40),
    error: FrameError.OWNER_WRONG,
  },
  {
    what: "a block of 2 MiB of which a frame has an owner of its own",
    harm: (k) => setState(k, k.call("allocateBlock", 9, FrameOwner.USER) + 7, FrameOwner.USER),
    error: FrameError.BITMAP_WRONG,
  },
  {
    what: "a frame taken and not counted",
    harm: (k) => (takeQuietly(k, PARTLY_FRAME), recount(k, PARTLY_FRAME, -1n)),
    error: FrameError.NODE_COUNT_WRONG,
    found: 0,
  },
  {
    what: "a frame more than the memory map had",
    harm: (k) => k.call("countNew", FrameOwner.FREE, 1n),
    error: FrameError.COUNT_WRONG,
    found: FrameOwner.USER,
  },
  {
    what: "a frame taken behind its area's back",
    harm: (k) => takeQuietly(k, PARTLY_FRAME),
    error: FrameError.AREA_WRONG,
    found: PARTLY_FRAME & ~511,
  },
  {
    what: "an area listed twice",
    harm: (k) => k.call("treeAdd", 0, k.call("ordinalOfFrame", PARTLY_FRAME) >> 9),
    error: FrameError.TREE_WRONG,
    found: 0,
  },
  {
    what: "an area listed nowhere",
    harm: (k) => k.call("treeRemove", 2, k.call("ordinalOfFrame", WHOLE_FRAME) >> 9),
    error: FrameError.TREE_WRONG,
    found: 2,
  },
  {
    what: "a run of whole areas listed nowhere",
    harm: (k) => k.call("treeRemove", 4, 3),
    error: FrameError.TREE_WRONG,
    found: 1,
  },
  {
    what: "a run listed of which an area is not whole",
    harm: (k) => k.call("treeAdd", 4, 0),
    error: FrameError.TREE_WRONG,
    found: 1,
  },
  {
    what: "an area of a node that it was not described to be of",
    harm: (k) => changeNode(k, WHOLE_FRAME),
    error: FrameError.NODE_WRONG,
  },
  {
    what: "a hole with an owner",
    harm: (k) => setState(k, HOLE_FRAME, FrameOwner.RESERVED),
    error: FrameError.PADDING_WRONG,
  },
  {
    what: "a frame free both in the bitmap and in a CPU's hands",
    harm: (k) => flipFree(k, k.call("allocateFrame", FrameOwner.USER) + 1),
    error: FrameError.CACHE_WRONG,
  },
  {
    what: "a frame that a CPU takes for dirty, and that is known to be zero",
    harm: (k) => setState(k, k.call("allocateFrame", FrameOwner.USER) + 40, 0x40),
    error: FrameError.CACHE_WRONG,
    found: 0,
  },
];

function freeTable(kernel: MemoryKernel): void {
  const frame = frameAt(kernel.wide("frameTableAddress"));
  setState(kernel, frame, FrameOwner.FREE);
  flipFree(kernel, frame);
}

function takeQuietly(kernel: MemoryKernel, frame: number): void {
  setState(kernel, frame, FrameOwner.USER | 0x80);
  flipFree(kernel, frame);
}

for (const { what, harm, error, found } of DAMAGES) {
  test(`validate sees ${what}`, () => {
    const kernel = start();
    assert.equal(kernel.call("validate"), FrameError.NONE);
    harm(kernel);
    const given = kernel.call("validate");
    assert.equal(given, error, kernel.text("frameErrorText", given));
    if (found !== undefined) assert.equal(kernel.call("frameErrorFound"), found);
  });
}
