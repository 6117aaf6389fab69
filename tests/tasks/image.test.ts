import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ImageError } from "../../kernel/tasks/image-errors.ts";
import { SegmentFlag, writeElf, type ElfImage } from "../../tools/build/elf.ts";
import { compileKernelPart, startKernelPart, type KernelInstance } from "../support/kernel-module.ts";

/** A program's image comes from a disk: whatever is in it, the check answers, and reads nothing beyond the file. */
const compiled = await compileKernelPart({ entry: "tests/tasks/image-entry.ts", platform: "embedded" });
const MACHINE = 0x4157;
const UNIT = 0x1_0000;
const { READ, WRITE, EXECUTE } = SegmentFlag;

const good: ElfImage = {
  machine: MACHINE,
  entry: 16,
  segments: [
    { flags: READ | EXECUTE, virtual: 0, contents: new Uint8Array(300).fill(7), memoryBytes: UNIT, alignment: 4096 },
    { flags: READ, virtual: UNIT, contents: new Uint8Array(10), memoryBytes: UNIT, alignment: 4096 },
    { flags: READ | WRITE, virtual: 2 * UNIT, contents: new Uint8Array(0), memoryBytes: UNIT, alignment: 4096 },
  ],
};

/** RAM that ends where the file ends: reading one byte more stops the machine, and so fails the test. */
function place(file: Uint8Array): { kernel: KernelInstance; at: bigint } {
  const kernel = startKernelPart(compiled);
  const bytes = BigInt(Math.max(8, Math.ceil(file.length / 8) * 8));
  kernel.functions["ramDeclare"]!(0x10_0000n, bytes);
  file.forEach((byte, index) => kernel.functions["physStore8"]!(0x10_0000n + BigInt(index), byte));
  return { kernel, at: 0x10_0000n };
}

function check(file: Uint8Array): { error: number; kernel: KernelInstance } {
  const { kernel, at } = place(file);
  return { error: Number(kernel.functions["checkImage"]!(at, BigInt(file.length))), kernel };
}

function changed(change: (view: DataView) => void): Uint8Array {
  const file = writeElf(good);
  change(new DataView(file.buffer));
  return file;
}

const SEGMENT = 64;

test("a sound image passes, with its extent and entry", () => {
  const { error, kernel } = check(writeElf(good));
  assert.equal(error, ImageError.NONE);
  assert.equal(kernel.functions["imageExtent"]!(), BigInt(3 * UNIT));
  assert.equal(kernel.functions["imageEntry"]!(), 16n);
});

const refusals: readonly [what: string, expected: number, file: () => Uint8Array][] = [
  ["an empty file", ImageError.TRUNCATED, () => new Uint8Array(0)],
  ["half a header", ImageError.TRUNCATED, () => writeElf(good).slice(0, 40)],
  ["text instead of ELF", ImageError.NOT_ELF, () => new Uint8Array(100).fill(0x41)],
  ["32-bit ELF", ImageError.NOT_ELF64, () => changed((view) => view.setUint8(4, 1))],
  ["big-endian ELF", ImageError.NOT_ELF64, () => changed((view) => view.setUint8(5, 2))],
  [
    "an executable at a fixed address",
    ImageError.NOT_RELOCATABLE,
    () => changed((view) => view.setUint16(16, 2, true)),
  ],
  ["another machine's", ImageError.WRONG_MACHINE, () => changed((view) => view.setUint16(18, 62, true))],
  ["no segments", ImageError.BAD_HEADER, () => changed((view) => view.setUint16(56, 0, true))],
  ["too many segments", ImageError.BAD_HEADER, () => changed((view) => view.setUint16(56, 17, true))],
  ["odd segment headers", ImageError.BAD_HEADER, () => changed((view) => view.setUint16(54, 57, true))],
  ["segment headers far away", ImageError.TRUNCATED, () => changed((view) => view.setBigUint64(32, 1n << 63n, true))],
  ["the last segment cut off", ImageError.TRUNCATED, () => writeElf(good).slice(0, 4096 + 100)],
  ["an entry outside", ImageError.BAD_ENTRY, () => changed((view) => view.setBigUint64(24, 1n << 40n, true))],
  ["write and execute", ImageError.WRITE_EXECUTE, () => changed((view) => view.setUint32(SEGMENT + 4, 7, true))],
  ["a segment without rights", ImageError.BAD_SEGMENT, () => changed((view) => view.setUint32(SEGMENT + 4, 0, true))],
  ["a gap", ImageError.BAD_SEGMENT, () => changed((view) => view.setBigUint64(SEGMENT + 56 + 16, 0x2_1000n, true))],
  ["a segment of no size", ImageError.BAD_SEGMENT, () => changed((view) => view.setBigUint64(SEGMENT + 40, 0n, true))],
  [
    "a segment of 2^63",
    ImageError.BAD_SEGMENT,
    () => changed((view) => view.setBigUint64(SEGMENT + 40, 1n << 63n, true)),
  ],
  [
    "a ragged segment",
    ImageError.BAD_SEGMENT,
    () => changed((view) => view.setBigUint64(SEGMENT + 40, 0x1_0001n, true)),
  ],
  [
    "more in the file than in memory",
    ImageError.BAD_SEGMENT,
    () => changed((view) => view.setBigUint64(SEGMENT + 32, 0x2_0000n, true)),
  ],
  [
    "an offset that wraps",
    ImageError.TRUNCATED,
    () => changed((view) => view.setBigUint64(SEGMENT + 8, (1n << 64n) - 16n, true)),
  ],
];

for (const [what, expected, file] of refusals) {
  test(`refused: ${what}`, () => assert.equal(check(file()).error, expected));
}

test("whatever bytes of the headers change, the check answers and reads nothing beyond the file", () => {
  const headerBytes = 64 + 3 * 56;
  const changes = fc.array(fc.tuple(fc.nat(headerBytes - 1), fc.nat(255)), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(changes, fc.nat(20), (bytes, cut) => {
      const file = writeElf(good);
      for (const [at, value] of bytes) file[at] = value;
      check(file.slice(0, file.length - cut));
    }),
    { numRuns: 300 },
  );
});
