import assert from "node:assert/strict";
import { before, test } from "node:test";
import fc from "fast-check";
import { ImageError } from "../../kernel/tasks/image-errors.ts";
import { BootAgentError } from "../../machine/firmware/index.ts";
import { SegmentFlag, writeElf, type ElfImage } from "../../tools/build/elf.ts";
import { buildLoaderWasm } from "../../tools/build/loader.ts";
import { boot } from "../loader/support/boot.ts";
import { dynamicSection, PF, writeElf as writeWithDynamic, type Relocation } from "../loader/support/elf.ts";
import { compileKernelPart, startKernelPart, type KernelInstance } from "../support/kernel-module.ts";
import { holds } from "../support/property.ts";

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
    "a segment of whole pages, but not of whole units",
    ImageError.BAD_SEGMENT,
    () => changed((view) => view.setBigUint64(SEGMENT + 2 * 56 + 40, 0x1_1000n, true)),
  ],
  [
    "a segment that cannot be read",
    ImageError.BAD_SEGMENT,
    () => changed((view) => view.setUint32(SEGMENT + 4, 1, true)),
  ],
  ["an entry in data", ImageError.BAD_ENTRY, () => changed((view) => view.setBigUint64(24, 0x1_0000n, true))],
  ["an interpreter", ImageError.DYNAMIC_LINKING, () => changed((view) => view.setUint32(SEGMENT + 56, 3, true))],
  ["misaligned segment headers", ImageError.BAD_HEADER, () => changed((view) => view.setBigUint64(32, 65n, true))],
  [
    "nine segments",
    ImageError.BAD_SEGMENT,
    () =>
      writeElf({
        ...good,
        segments: Array.from({ length: 9 }, (_, index) => ({ ...good.segments[0]!, virtual: index * UNIT })),
      }),
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

const RELA = 7;
const RELA_BYTES = 8;
type Tag = readonly [tag: number, value: number];

/** A program whose constants begin with a dynamic section of these tags, before those of the relocation table. */
function linked(relocations: readonly Relocation[], extra: readonly Tag[] = []): Uint8Array {
  const bytes = dynamicSection(UNIT, relocations, extra);
  const [text, constants, data] = good.segments.map(({ flags, virtual, contents, memoryBytes }) => ({
    ...{ flags, virtual, bytes: contents, memoryBytes },
  }));
  const tagBytes = (extra.length + 4) * 16;
  // The constants come after the text, whose bytes take one page of the file, and the headers, which take another.
  const dynamic = { flags: PF.R, virtual: UNIT, bytes: new Uint8Array(0), fileBytes: tagBytes, offset: 8192, type: 2 };
  return writeWithDynamic({ machine: MACHINE, entry: 16, segments: [text!, { ...constants!, bytes }, data!, dynamic] });
}

/** The same with the value of a tag of the relocation table changed. */
function withTag(tag: number, value: bigint): Uint8Array {
  const file = linked([{ target: 2 * UNIT, addend: 0 }]);
  const view = new DataView(file.buffer);
  for (let at = 8192; at < 8192 + 64; at += 16) {
    if (view.getBigUint64(at, true) === BigInt(tag)) view.setBigUint64(at + 8, value, true);
  }
  return file;
}

const linking: readonly [what: string, expected: number, file: () => Uint8Array][] = [
  [
    "relocations of words",
    ImageError.NONE,
    () =>
      linked([
        { target: 2 * UNIT, addend: 0 },
        { target: 8, addend: 8 },
      ]),
  ],
  ["no relocations", ImageError.NONE, () => linked([])],
  [
    "tags that mean nothing here",
    ImageError.NONE,
    () =>
      linked(
        [],
        [
          [4, 5],
          [6, 7],
        ],
      ),
  ],
  [
    "a tag after the last",
    ImageError.NONE,
    () =>
      linked(
        [],
        [
          [0, 0],
          [17, 5],
          [8, 25],
        ],
      ),
  ],
  ["another library", ImageError.DYNAMIC_LINKING, () => linked([], [[1, 5]])],
  ["DT_REL", ImageError.DYNAMIC_LINKING, () => linked([], [[17, 5]])],
  ["DT_RELR", ImageError.DYNAMIC_LINKING, () => linked([], [[36, 5]])],
  ["DT_JMPREL", ImageError.DYNAMIC_LINKING, () => linked([], [[23, 5]])],
  ["a table of odd size", ImageError.RELOCATION_TABLE, () => withTag(RELA_BYTES, 25n)],
  ["a table beyond the file", ImageError.RELOCATION_TABLE, () => withTag(RELA_BYTES, 24n << 40n)],
  ["a table nowhere", ImageError.RELOCATION_TABLE, () => withTag(RELA, 1n << 50n)],
  ["a symbol", ImageError.BAD_RELOCATION, () => linked([{ target: 8, addend: 0, info: (5n << 32n) | 8n }])],
  ["another type", ImageError.BAD_RELOCATION, () => linked([{ target: 8, addend: 0, info: 1n }])],
  ["a word outside", ImageError.BAD_RELOCATION, () => linked([{ target: 3 * UNIT, addend: 0 }])],
  ["part of a word", ImageError.BAD_RELOCATION, () => linked([{ target: 12, addend: 0 }])],
];

for (const [what, expected, file] of linking) {
  test(`${expected === ImageError.NONE ? "linked" : "refused"}: ${what}`, () => {
    assert.equal(check(file()).error, expected);
  });
}

/** What the boot agent makes of the file. */
function agentTakes(image: Uint8Array): boolean {
  try {
    boot({ programs: [{ name: "program", image }] });
    return true;
  } catch (error) {
    assert.ok(error instanceof BootAgentError, String(error));
    return false;
  }
}

before(async () => {
  await buildLoaderWasm();
});

test("the boot agent refuses what the kernel would refuse", () => {
  for (const [what, , file] of refusals) assert.equal(agentTakes(file()), false, what);
});

test("whatever bytes of the headers change, the boot agent and the kernel say the same", (t) => {
  const positions = [16, 18, 24, 26, 32, 54, 56, ...[0, 1, 2].flatMap((index) => headerFields(SEGMENT + index * 56))];
  const values = fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 2, 4, 5, 6, 7));
  const changes = fc.array(fc.tuple(fc.constantFrom(...positions), values), { minLength: 1, maxLength: 3 });
  let taken = 0;
  const property = fc.property(changes, (bytes) => {
    const file = writeElf(good);
    for (const [at, value] of bytes) file[at] = value;
    // A dynamic section is the kernel's to look into.
    fc.pre([0, 1, 2].every((index) => file[SEGMENT + index * 56] !== 2));
    const isTaken = check(file).error === ImageError.NONE;
    assert.equal(agentTakes(file), isTaken);
    if (isTaken) taken += 1;
  });
  holds(t, property, 200);
  assert.ok(taken >= 10, `only ${taken} files were taken`);
});

/** Bytes of a segment header that matter: type, rights, and the low ones of offset, address and sizes. */
function headerFields(at: number): number[] {
  return [0, 4, 8, 9, 16, 17, 18, 32, 33, 34, 40, 41, 42, 48].map((field) => at + field);
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
