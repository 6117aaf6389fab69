import assert from "node:assert/strict";
import { before, test } from "node:test";
import { buildLoaderWasm } from "../../tools/build/loader.ts";
import { boot, bootError, kernelElf, kernelSegments, LARGE_PAGE } from "./support/boot.ts";
import { readBootinfo } from "./support/bootinfo.ts";
import { dynamicSection, PF, type Relocation } from "./support/elf.ts";

before(async () => {
  await buildLoaderWasm();
});

const DATA = 3 * LARGE_PAGE;
const BASE_SHIFT = 4 * LARGE_PAGE;

/** A kernel, linked at `base`, whose data holds a dynamic section with these relocations, and room for them to change. */
function kernelWith(
  relocations: readonly Relocation[],
  extra: readonly (readonly [number, number])[] = [],
  base = 0,
): Uint8Array {
  const section = dynamicSection(base + DATA + 4096, relocations, extra);
  const bytes = new Uint8Array(4096 + section.length);
  bytes.set(section, 4096);
  const segments = kernelSegments().slice(0, 3);
  const data = { flags: PF.R | PF.W, virtual: DATA, bytes, memoryBytes: 0x1_0000 };
  const moved = [...segments, data].map((one) => ({ ...one, virtual: one.virtual + base }));
  const tagBytes = (extra.length + 4) * 16;
  const dynamic = { flags: 6, virtual: base + DATA + 4096, bytes: new Uint8Array(0), memoryBytes: tagBytes, type: 2 };
  return kernelElf([...moved, dynamic], base + 0x40);
}

test("relocations make addresses right for the virtual base", () => {
  for (const base of [0, BASE_SHIFT]) {
    const relocations = [
      { target: base + DATA, addend: base + 0x10 },
      { target: base + 0x100, addend: base + LARGE_PAGE },
      { target: base + DATA + 0xfff8, addend: base + 4 * LARGE_PAGE },
    ];
    const { ram, handover } = boot({ kernel: kernelWith(relocations, [], base) });
    const info = readBootinfo(ram, handover.bootinfo);
    for (const { target, addend } of relocations) {
      const found = ram.load64(info.kernelPhysical + BigInt(target - base));
      assert.equal(found, info.kernelVirtual + BigInt(addend - base));
    }
    assert.equal(handover.entry, info.kernelVirtual + 0x40n);
  }
});

const badTables: Readonly<Record<string, readonly [kernel: Uint8Array, message: RegExp]>> = {
  symbolic: [
    kernelWith([{ target: DATA, addend: 0, info: (5n << 32n) | 1n }]),
    /not R_X86_64_RELATIVE, info 0x500000001/,
  ],
  "relative with a symbol": [kernelWith([{ target: DATA, addend: 0, info: (5n << 32n) | 8n }]), /info 0x500000008/],
  "after a segment's end": [kernelWith([{ target: DATA + 0x1_0000, addend: 0 }]), /outside its segments, at 0x610000/],
  "across a segment's end": [kernelWith([{ target: 4996, addend: 0 }]), /outside its segments, at 0x1384/],
  "far away": [kernelWith([{ target: 2 ** 45, addend: 0 }]), /outside its segments, at 0x200000000000/],
  "a library": [kernelWith([], [[1, 5]]), /dynamic linking that is not supported, tag 0x1/],
  REL: [kernelWith([], [[17, 5]]), /tag 0x11/],
  RELR: [kernelWith([], [[36, 5]]), /tag 0x24/],
  PLT: [kernelWith([], [[23, 5]]), /tag 0x17/],
};

for (const [name, [kernel, message]] of Object.entries(badTables)) {
  test(`relocations: ${name} is refused`, () => {
    const error = bootError({ kernel });
    assert.deepEqual([error.reason, error.status], ["BadRelocation", 1]);
    assert.match(error.message, message);
  });
}

/** Overwrites the value of a tag in the dynamic section of a kernel with one relocation. */
function withTag(tag: number, value: bigint): Uint8Array {
  const kernel = kernelWith([{ target: DATA, addend: 0 }]);
  const view = new DataView(kernel.buffer);
  for (let at = kernel.length - 8192; at + 16 <= kernel.length; at += 8) {
    const isTag = view.getBigUint64(at, true) === BigInt(tag) && view.getBigUint64(at + 16, true) === BigInt(tag + 1);
    if (isTag) view.setBigUint64(at + 8, value, true);
  }
  return kernel;
}

test("a relocation table that lies nowhere, is too long, or of odd size", () => {
  assert.match(bootError({ kernel: withTag(7, 1n << 50n) }).message, /table outside its segments, at 0x4000000000000/);
  assert.match(bootError({ kernel: withTag(8, 24n << 40n) }).message, /table outside its segments/);
  assert.match(bootError({ kernel: withTag(8, 25n) }).message, /table of odd size 0x19/);
});

test("a dynamic section outside the segments", () => {
  const outside = { flags: 6, virtual: 64 * LARGE_PAGE, bytes: new Uint8Array(0), memoryBytes: 64, type: 2 };
  const error = bootError({ kernel: kernelElf([...kernelSegments(), outside]) });
  assert.match(error.message, /dynamic section outside its segments, at 0x8000000/);
});
