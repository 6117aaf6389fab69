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
/** A second span of RAM, which starts in the middle of a bitmap word. */
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
  { what: "a block larger than any", frame: () => 0, order: 19, error: FrameError.BAD_ORDER, found: () => 19 },
  { what: "an order that would wrap", frame: () => 0, order: 32, error: FrameError.BAD_ORDER, found: () => 32 },
];

function freedFrame(kernel: MemoryKernel): number {
  const frame = kernel.call("allocateFrame", FrameOwner.USER);
  assert.equal(kernel.call("freeFrame", frame), FrameError.NONE);
  return frame;
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
  assert.equal(kernel.call("allocateFrame", FrameOwner.PAGE_TABLE), first + 1);
  return first;
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

/** Places in the frame table, which starts with one page of bitmap. RAM below `DEVICE` ends with ACPI's memory, at a multiple of 64 frames. */
const LOWER_FRAMES = frameAt(NVS + MIB);
const UPPER_FIRST = frameAt(UPPER);

function ordinalOf(frame: number): number {
  return frame < LOWER_FRAMES ? frame : LOWER_FRAMES + frame - (UPPER_FIRST & ~63);
}

function setOwner(kernel: MemoryKernel, frame: number, owner: number): void {
  kernel.call("physStore8", kernel.wide("frameTableAddress") + PAGE + BigInt(ordinalOf(frame)), owner);
}

function flipTaken(kernel: MemoryKernel, frame: number): void {
  const at = kernel.wide("frameTableAddress") + BigInt(ordinalOf(frame) >> 6) * 8n;
  kernel.store(at, 8, kernel.wide("physLoad64", at) ^ (1n << BigInt(frame & 63)));
}

interface Damage {
  readonly what: string;
  readonly harm: (kernel: MemoryKernel) => void;
  readonly error: number;
  readonly found?: number;
}

const FREE_FRAME = frameAt(8n * MIB) + 5;
const FREE_WORD = Array.from({ length: 64 }, (_, i) => frameAt(8n * MIB) + i);
const KERNEL_WORD = Array.from({ length: 64 }, (_, i) => frameAt(ARENA) + 64 + i);

const DAMAGES: readonly Damage[] = [
  {
    what: "a bit without an owner",
    harm: (k) => flipTaken(k, FREE_FRAME),
    error: FrameError.BITMAP_WRONG,
    found: FREE_FRAME,
  },
  {
    what: "an owner without a bit",
    harm: (k) => setOwner(k, FREE_FRAME, FrameOwner.USER),
    error: FrameError.BITMAP_WRONG,
    found: FREE_FRAME,
  },
  {
    what: "64 bits without owners",
    harm: (k) => FREE_WORD.forEach((frame) => flipTaken(k, frame)),
    error: FrameError.BITMAP_WRONG,
    found: FREE_WORD[0]!,
  },
  {
    what: "a kernel frame as a user's",
    harm: (k) => setOwner(k, KERNEL_WORD[5]!, FrameOwner.USER),
    error: FrameError.OWNER_WRONG,
    found: KERNEL_WORD[5]!,
  },
  {
    what: "64 kernel frames as a user's",
    harm: (k) => KERNEL_WORD.forEach((frame) => setOwner(k, frame, FrameOwner.USER)),
    error: FrameError.OWNER_WRONG,
    found: KERNEL_WORD[0]!,
  },
  {
    what: "a user's frame as the kernel's",
    harm: (k) => setOwner(k, k.call("allocateFrame", FrameOwner.USER), FrameOwner.KERNEL),
    error: FrameError.OWNER_WRONG,
  },
  { what: "a frame of the table as free", harm: freeTable, error: FrameError.OWNER_WRONG },
  {
    what: "a taken frame known to be zero",
    harm: (k) => setOwner(k, k.call("allocateFrame", FrameOwner.USER), FrameOwner.USER | 0x80),
    error: FrameError.OWNER_WRONG,
  },
  {
    what: "a frame taken and not counted",
    harm: takeQuietly([FREE_FRAME]),
    error: FrameError.COUNT_WRONG,
    found: FrameOwner.FREE,
  },
  {
    what: "64 frames taken and not counted",
    harm: takeQuietly(FREE_WORD),
    error: FrameError.COUNT_WRONG,
    found: FrameOwner.FREE,
  },
  {
    what: "padding as RAM",
    harm: (k) => flipTaken(k, UPPER_FIRST - 1),
    error: FrameError.PADDING_WRONG,
    found: LOWER_FRAMES + 2,
  },
  { what: "a free frame above the cursor", harm: hideFree, error: FrameError.CURSOR_WRONG },
];

function freeTable(kernel: MemoryKernel): void {
  const frame = frameAt(kernel.wide("frameTableAddress"));
  setOwner(kernel, frame, FrameOwner.FREE);
  flipTaken(kernel, frame);
}

function takeQuietly(frames: readonly number[]): (kernel: MemoryKernel) => void {
  return (kernel) => {
    for (const frame of frames) setOwner(kernel, frame, FrameOwner.USER);
    for (const frame of frames) flipTaken(kernel, frame);
  };
}

function hideFree(kernel: MemoryKernel): void {
  const first = kernel.call("allocateFrame", FrameOwner.USER);
  for (let i = 0; i < 200; i++) kernel.call("allocateFrame", FrameOwner.USER);
  setOwner(kernel, first, FrameOwner.FREE);
  flipTaken(kernel, first);
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
