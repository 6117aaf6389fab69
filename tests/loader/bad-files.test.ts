import assert from "node:assert/strict";
import { before, test } from "node:test";
import fc from "fast-check";
import { BootAgentError } from "../../machine/firmware/index.ts";
import { buildLoaderWasm } from "../../tools/build/loader.ts";
import { boot, bootError, kernelElf, KERNEL_ENTRY, kernelSegments, LARGE_PAGE, programElf } from "./support/boot.ts";
import { PF, type SegmentSpec, writeElf, X86_MACHINE } from "./support/elf.ts";

before(async () => {
  await buildLoaderWasm();
});

function edited(file: Uint8Array, edit: (view: DataView) => void): Uint8Array {
  const copy = file.slice();
  edit(new DataView(copy.buffer));
  return copy;
}

function withSegment(index: number, change: Partial<SegmentSpec>): Uint8Array {
  return kernelElf(kernelSegments().map((one, at) => (at === index ? { ...one, ...change } : one)));
}

const good = kernelElf();

/** Kernels: the error's name, and what of it must be in the message. */
const badKernels: Readonly<Record<string, readonly [file: Uint8Array, reason: string, message: RegExp]>> = {
  empty: [new Uint8Array(0), "FileEmpty", /has 0 bytes/],
  "three bytes": [good.subarray(0, 3), "NotElf", /nothing much/],
  text: [new TextEncoder().encode("#!/bin/sh\n".repeat(9)), "NotElf", /starts with 0x622f2123, not 0x464c457f/],
  "half a header": [good.subarray(0, 63), "TruncatedElf", /has 63 bytes, but its header would be 0x40 bytes/],
  "no room for program headers": [
    good.subarray(0, 200),
    "TruncatedElf",
    /program headers would be 0xe0 bytes at offset 0x40/,
  ],
  "cut in a segment": [good.subarray(0, good.length - 4096), "TruncatedElf", /a segment would be 0x8 bytes/],
  "32-bit": [
    edited(good, (view) => view.setUint8(4, 1)),
    "WrongElf",
    /class, encoding and version 0x10101; want 0x10102/,
  ],
  "big-endian": [
    edited(good, (view) => view.setUint8(5, 2)),
    "WrongElf",
    /class, encoding and version 0x10202; want 0x10102/,
  ],
  "not position-independent": [edited(good, (view) => view.setUint16(16, 2, true)), "WrongElf", /type 0x2; want 0x3/],
  "of another machine": [edited(good, (view) => view.setUint16(18, 62, true)), "WrongElf", /machine 0x3e; want 0x4157/],
  "odd program header size": [
    edited(good, (view) => view.setUint16(54, 55, true)),
    "WrongElf",
    /header size 0x37; want 0x38/,
  ],
  "no program headers": [edited(good, (view) => view.setUint16(56, 0, true)), "WrongElf", /header count 0x0/],
  "program headers everywhere": [
    edited(good, (view) => view.setUint16(56, 65535, true)),
    "WrongElf",
    /header count 0xffff/,
  ],
  "program headers at the end of the world": [
    edited(good, (view) => view.setBigUint64(32, 2n ** 64n - 8n, true)),
    "TruncatedElf",
    /offset 0xfffffffffffffff8/,
  ],
  "misaligned program headers": [edited(good, (view) => view.setBigUint64(32, 65n, true)), "WrongElf", /offset 0x41/],
  interpreter: [
    kernelElf([...kernelSegments(), { flags: 4, virtual: 0, bytes: new Uint8Array(9), type: 3 }]),
    "BadSegment",
    /interpreter/,
  ],
  "nothing to load": [kernelElf(kernelSegments().map((one) => ({ ...one, type: 4 }))), "BadSegment", /nothing to load/],
  "misaligned segment": [
    withSegment(1, { virtual: LARGE_PAGE + 4096 }),
    "BadSegment",
    /number 1 is not aligned, at address 0x201000/,
  ],
  overlap: [withSegment(1, { virtual: 0 }), "BadSegment", /number 1 overlaps or precedes/],
  gap: [withSegment(3, { virtual: 4 * LARGE_PAGE }), "BadSegment", /number 3 leaves a gap/],
  "more in the file than in memory": [
    withSegment(0, { memoryBytes: 10 }),
    "BadSegment",
    /more bytes in the file than in memory: 0x1388/,
  ],
  "empty segment": [withSegment(1, { bytes: new Uint8Array(0) }), "BadSegment", /number 1 is empty/],
  "huge segment": [
    withSegment(3, { memoryBytes: 2 ** 40 }),
    "BadSegment",
    /number 3 is too large, of bytes 0x10000000000/,
  ],
  "segment that wraps": [withSegment(3, { memoryBytes: 2 ** 53 }), "BadSegment", /too large/],
  "segment beyond the file": [withSegment(3, { offset: 2 ** 40 }), "TruncatedElf", /0x8 bytes at offset 0x10000000000/],
  "writable and executable": [
    withSegment(0, { flags: PF.R | PF.W | PF.X }),
    "BadSegment",
    /number 0 is writable and executable, flags 0x7/,
  ],
  "too many segments": [
    kernelElf(Array.from({ length: 9 }, (_, index) => ({ ...kernelSegments()[0]!, virtual: index * LARGE_PAGE }))),
    "BadSegment",
    /number 8 is one more than the limit of 0x8/,
  ],
  "entry in no segment": [kernelElf(kernelSegments(), 100 * LARGE_PAGE), "BadEntry", /starts at 0xc800000/],
  "entry in read-only data": [kernelElf(kernelSegments(), LARGE_PAGE), "BadEntry", /no executable segment/],
};

for (const [name, [kernel, reason, message]] of Object.entries(badKernels)) {
  test(`kernel: ${name} is ${reason}`, () => {
    const error = bootError({ kernel });
    assert.equal(error.reason, reason, error.message);
    assert.equal(error.status, 1);
    assert.ok(error.message.startsWith("\\nitros\\kernel.elf "), error.message);
    assert.match(error.message, message);
  });
}

test("no kernel", () => {
  const error = bootError({ edit: (disk) => disk.delete("\\nitros\\kernel.elf") });
  assert.deepEqual([error.reason, error.status], ["FileMissing", 1]);
  assert.equal(error.message, "\\nitros\\kernel.elf is not on the boot partition");
});

test("programs: missing, truncated, not ELF, for the other machine, of segments that do not fit", () => {
  const path = "\\nitros\\programs\\two.elf";
  const bad = (image: Uint8Array | undefined): BootAgentError =>
    bootError({
      programs: [
        { name: "one", image: programElf() },
        { name: "two", image: programElf(2) },
      ],
      edit: (disk) => (image === undefined ? disk.delete(path) : disk.set(path, image)),
    });
  const gap = writeElf({
    machine: 0x4157,
    entry: 0,
    segments: [{ flags: PF.R | PF.X, virtual: 4096, bytes: new Uint8Array(16) }],
  });
  const cases: readonly (readonly [Uint8Array | undefined, string])[] = [
    [undefined, "FileMissing"],
    [new Uint8Array(0), "FileEmpty"],
    [programElf().subarray(0, 4200), "TruncatedElf"],
    [new Uint8Array(5000), "NotElf"],
    [programElf(1, X86_MACHINE), "WrongElf"],
    [gap, "BadSegment"],
  ];
  for (const [image, reason] of cases) {
    const error = bad(image);
    assert.deepEqual([error.reason, error.status], [reason, 1]);
    assert.ok(error.message.startsWith(path), error.message);
  }
});

test("any kernel file whose header is damaged boots or is refused with a name, and nothing else happens", () => {
  const headerBytes = 64 + 4 * 56;
  const damage = fc.array(fc.tuple(fc.nat(headerBytes - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(damage, (edits) => {
      const kernel = edited(good, (view) => edits.forEach(([at, byte]) => view.setUint8(at, byte)));
      try {
        const { handover } = boot({ kernel });
        assert.ok(handover.entry >= 0xffff_8000_0000_0000n + BigInt(KERNEL_ENTRY) - BigInt(KERNEL_ENTRY));
      } catch (error) {
        assert.ok(error instanceof BootAgentError, String(error));
        assert.notEqual(error.reason, "Unknown");
      }
    }),
    { seed: 7, numRuns: 150 },
  );
});
