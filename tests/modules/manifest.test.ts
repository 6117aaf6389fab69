import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { ManifestError } from "../../kernel/manifests/errors.ts";
import { Caching } from "../../kernel/paging/caching.ts";
import { ImageError } from "../../kernel/tasks/image-errors.ts";
import { writeElf } from "../../tools/build/elf.ts";
import { programImage } from "../../tools/build/embedded.ts";
import { BadManifest, manifestNote, parseManifest } from "../../tools/build/manifest.ts";
import { withNote } from "../../tools/build/notes.ts";
import { sourceText } from "../support/boot.ts";
import { compileKernelPart } from "../support/kernel-module.ts";
import { MIB } from "../support/memory-kernel.ts";
import { holds } from "../support/property.ts";
import { SpaceMachine } from "../spaces/support/machine.ts";

/** What a manifest says is checked by the command, and again by the kernel, which takes it from a disk. RAM ends at 128 MiB here. */
const module = await compileKernelPart({
  entry: "tests/modules/entry.ts",
  platform: "embedded",
  before: "tests/spaces/racing",
});
const IMAGE = 64n * MIB;
const KERNELS = 0xfed0_0000n;
const image = programImage(new Uint8Array(8));

const GOOD = {
  name: "driver",
  version: 3,
  capabilities: ["devices"],
  devices: [
    { physical: "0xf0000000", bytes: 8192, caching: "uncached", access: "read-write" },
    { physical: 0xf000_2000, bytes: "0x1000", caching: "write-combining", access: "read" },
  ],
};

function noteOf(fields: object): Uint8Array {
  return manifestNote(parseManifest(JSON.stringify(fields), "it"));
}

/** Where the manifest begins in the note. */
const HEAD = 20;
const [CAPABILITIES, VERSION, COUNT, NAME, RANGES] = [HEAD + 4, HEAD + 8, HEAD + 12, HEAD + 16, HEAD + 72];
const [PHYSICAL, BYTES, CACHING, RIGHTS] = [0, 8, 16, 20];

interface Verdict {
  readonly error: number;
  readonly manifestError: number;
  readonly manifest: bigint;
}

function check(file: Uint8Array): Verdict {
  const machine = new SpaceMachine(module);
  assert.notEqual(machine.kernel.wide("mapAperture", KERNELS, 1024n, Caching.UNCACHED), 0n);
  file.forEach((byte, index) => machine.call("physStore8", IMAGE + BigInt(index), byte));
  const error = machine.call("checkImage", IMAGE, BigInt(file.length));
  const [manifestError, manifest] = [machine.call("imageManifestError"), machine.kernel.wide("imageManifest")];
  return { error, manifestError, manifest };
}

/** The kernel's verdict about the good manifest, changed. */
function checkChanged(change: (note: DataView) => void): Verdict {
  const note = noteOf(GOOD);
  change(new DataView(note.buffer));
  return check(withNote(image, note));
}

describe("the command takes a manifest", () => {
  test("that is sound", () => {
    const { name, version, devices } = parseManifest(JSON.stringify(GOOD), "it");
    assert.deepEqual([name, version], ["driver", 3]);
    assert.deepEqual(
      devices.map(({ physical, bytes }) => [physical, bytes]),
      [
        [0xf000_0000n, 8192n],
        [0xf000_2000n, 4096n],
      ],
    );
  });

  test("as docs/MODULES.md and the bundled driver have it", () => {
    const [, example] = /```json\n([^]*?)```/.exec(sourceText("docs/MODULES.md"))!;
    assert.deepEqual(JSON.parse(example!), JSON.parse(sourceText("user/programs/driver.manifest.json")));
    parseManifest(example!, "it");
  });
});

const [first, second] = GOOD.devices;
const refused: readonly [what: string, text: string, says: RegExp][] = [
  ["is no JSON", "{", /^it: is not JSON: /],
  ["is no object", "[]", /^it: the manifest: want an object/],
  ["has a word that nobody knows", JSON.stringify({ ...GOOD, right: 1 }), /unknown word "right": known are name, /],
  ["has no name", JSON.stringify({ ...GOOD, name: undefined }), /^it: name is missing: want 1 to 47 letters/],
  ["has a name with a slash", JSON.stringify({ ...GOOD, name: "a/b" }), /^it: name "a\/b": want/],
  ["has too long a name", JSON.stringify({ ...GOOD, name: "a".repeat(48) }), /want 1 to 47/],
  ["has no version", JSON.stringify({ ...GOOD, version: undefined }), /^it: version is missing: want a whole/],
  ["has version 0", JSON.stringify({ ...GOOD, version: 0 }), /^it: version 0: want a whole number from 1/],
  ["has half a version", JSON.stringify({ ...GOOD, version: 1.5 }), /^it: version 1.5: want/],
  ["has version 2^32", JSON.stringify({ ...GOOD, version: 2 ** 32 }), /^it: version 4294967296: want/],
  ["has a capability that nobody knows", JSON.stringify({ ...GOOD, capabilities: ["all"] }), /capability "all": known/],
  ["has a capability that is none", JSON.stringify({ ...GOOD, capabilities: "devices" }), /want an array/],
  ["has devices without the capability", JSON.stringify({ ...GOOD, capabilities: [] }), /want "devices" among/],
  ["starts at noon", JSON.stringify({ ...GOOD, start: "noon" }), /^it: start "noon": want boot or on-demand/],
  ["has nine devices", JSON.stringify({ ...GOOD, devices: Array(9).fill(first) }), /has 9 devices: want 8 at most/],
  ["has a device that is none", JSON.stringify({ ...GOOD, devices: [7] }), /^it: device 1: want an object/],
  ["has a device with a stranger", withDevice({ irq: 3 }), /^it: device 1 has the unknown word "irq"/],
  ["has a device nowhere", withDevice({ physical: undefined }), /^it: device 1: physical is missing/],
  ["has a device at a negative place", withDevice({ physical: -4096 }), /physical -4096: want a whole number/],
  ["has a device at a place in decimal text", withDevice({ physical: "4096" }), /physical "4096": want/],
  ["has a device within a page", withDevice({ physical: 8 }), /physical 8: want whole pages/],
  ["has a device of part of a page", withDevice({ bytes: 100 }), /bytes 100: want whole pages/],
  ["has a device of no bytes", withDevice({ bytes: 0 }), /device 1: want it to end below 2\^52, and some bytes/],
  ["has a device beyond all", withDevice({ physical: "0xffffffffffff000" }), /want it to end below 2\^52/],
  ["has a device that is cached", withDevice({ caching: "write-back" }), /caching "write-back": want uncached or/],
  ["has a device to be executed", withDevice({ access: "execute" }), /access "execute": want read or read-write/],
  [
    "has devices that overlap",
    JSON.stringify({ ...GOOD, devices: [first, { ...second, physical: 0xf000_1000 }] }),
    /device 2 overlaps device 1/,
  ],
];

function withDevice(change: object): string {
  return JSON.stringify({ ...GOOD, devices: [{ ...GOOD.devices[0], ...change }] });
}

for (const [what, text, says] of refused) {
  test(`the command refuses a manifest that ${what}`, () => {
    assert.throws(
      () => parseManifest(text, "it"),
      (error) => error instanceof BadManifest && error.status === 64 && says.test(error.message),
    );
  });
}

test("the kernel finds the manifest in the image, where its fields are aligned", () => {
  const { error, manifest } = check(withNote(image, noteOf(GOOD)));
  assert.equal(error, ImageError.NONE);
  assert.ok(manifest > IMAGE && manifest % 8n === 0n);
});

test("an image without one has none, nor has one with another's note", () => {
  assert.deepEqual(check(image), { error: ImageError.NONE, manifestError: 0, manifest: 0n });
  const others = noteOf(GOOD);
  others[12] = 0x47;
  assert.deepEqual(check(withNote(image, others)), { error: ImageError.NONE, manifestError: 0, manifest: 0n });
});

const { setUint32, setBigUint64 } = DataView.prototype;
const word = (at: number, value: number) => (note: DataView) => setUint32.call(note, at, value, true);
const wide = (at: number, value: bigint) => (note: DataView) => setBigUint64.call(note, at, value, true);
const SECOND = RANGES + 24;

const changes: readonly [what: string, error: number, change: (note: DataView) => void][] = [
  ["is of another layout", ManifestError.UNKNOWN_LAYOUT, word(HEAD, 2)],
  ["has unknown capabilities", ManifestError.UNKNOWN_CAPABILITY, word(CAPABILITIES, 1 | (1 << 31))],
  ["has version 0", ManifestError.BAD_VERSION, word(VERSION, 0)],
  ["has unknown flags", ManifestError.UNKNOWN_FLAG, word(HEAD + 64, 2)],
  ["has something where nothing is", ManifestError.UNKNOWN_FLAG, word(HEAD + 68, 1)],
  ["has no name", ManifestError.BAD_NAME, (note) => note.setUint8(NAME, 0)],
  [
    "has a name without an end",
    ManifestError.BAD_NAME,
    (note) => new Uint8Array(note.buffer).fill(65, NAME, NAME + 48),
  ],
  ["has something behind its name", ManifestError.BAD_NAME, (note) => note.setUint8(NAME + 40, 65)],
  ["has a range more than its bytes", ManifestError.TRUNCATED, word(COUNT, 3)],
  ["has a range less", ManifestError.TRUNCATED, word(COUNT, 1)],
  ["has 2^32 - 1 ranges", ManifestError.TOO_MANY_DEVICES, word(COUNT, 0xffff_ffff)],
  ["has devices without the capability", ManifestError.NOT_CAPABLE, word(CAPABILITIES, 0)],
  ["has a device within a page", ManifestError.BAD_RANGE, wide(RANGES + PHYSICAL, 0xf000_0008n)],
  ["has a device of no bytes", ManifestError.BAD_RANGE, wide(RANGES + BYTES, 0n)],
  ["has a device that wraps", ManifestError.BAD_RANGE, wide(RANGES + BYTES, (1n << 64n) - 4096n)],
  ["has a device beyond the processor's addresses", ManifestError.BAD_RANGE, wide(RANGES + PHYSICAL, 1n << 40n)],
  ["has a cached device", ManifestError.BAD_CACHING, word(RANGES + CACHING, 0)],
  ["has an unknown caching", ManifestError.BAD_CACHING, word(RANGES + CACHING, 3)],
  ["has a device to be executed", ManifestError.BAD_RIGHTS, word(RANGES + RIGHTS, 5)],
  ["has a device for nothing", ManifestError.BAD_RIGHTS, word(RANGES + RIGHTS, 0)],
  ["has a device only to be written", ManifestError.BAD_RIGHTS, word(RANGES + RIGHTS, 2)],
  ["has devices that overlap", ManifestError.OVERLAP, wide(SECOND + PHYSICAL, 0xf000_1000n)],
  [
    "has one device around another",
    ManifestError.OVERLAP,
    (note) => {
      wide(SECOND + PHYSICAL, 0xefff_f000n)(note);
      wide(SECOND + BYTES, 0x1_0000n)(note);
    },
  ],
  ["has RAM", ManifestError.IS_RAM, wide(RANGES + PHYSICAL, 64n * MIB)],
  ["has the last page of RAM", ManifestError.IS_RAM, wide(RANGES + PHYSICAL, 128n * MIB - 4096n)],
  [
    "has a range around all RAM",
    ManifestError.IS_RAM,
    (note) => {
      wide(RANGES + PHYSICAL, 0n)(note);
      wide(RANGES + BYTES, 0x8000_0000n)(note);
    },
  ],
  ["has the local APIC", ManifestError.IS_KERNELS, wide(RANGES + PHYSICAL, 0xfee0_0000n)],
  ["has the local APIC to be read", ManifestError.IS_KERNELS, wide(SECOND + PHYSICAL, 0xfee0_0000n)],
  ["has an I/O APIC", ManifestError.IS_KERNELS, wide(RANGES + PHYSICAL, 0xfec0_0000n)],
  ["ends where messages to CPUs begin", ManifestError.IS_KERNELS, wide(RANGES + PHYSICAL, 0xfedf_f000n)],
  ["has a device of the kernel's to write", ManifestError.IS_KERNELS, wide(RANGES + PHYSICAL, KERNELS)],
];

for (const [what, error, change] of changes) {
  test(`the kernel refuses a manifest that ${what}`, () => {
    const verdict = checkChanged(change);
    assert.equal(verdict.error, ImageError.BAD_MANIFEST);
    assert.equal(verdict.manifestError, error);
  });
}

test("a device of the kernel's may be read, and what lies beside it written", () => {
  assert.equal(checkChanged(wide(SECOND + PHYSICAL, KERNELS)).error, ImageError.NONE);
  assert.equal(checkChanged(wide(RANGES + PHYSICAL, KERNELS + 4096n)).error, ImageError.NONE);
});

test("a second manifest is refused, and one that is cut off anywhere", () => {
  const note = noteOf(GOOD);
  assert.equal(check(withNote(withNote(image, note), note)).manifestError, ManifestError.REPEATED);
  for (let bytes = HEAD; bytes < note.length; bytes += 3) {
    const { error, manifestError } = check(withNote(image, note.slice(0, bytes)));
    assert.deepEqual([error, manifestError], [ImageError.BAD_MANIFEST, ManifestError.TRUNCATED], `${bytes} bytes`);
    const honest = note.slice(0, bytes);
    new DataView(honest.buffer).setUint32(4, bytes - HEAD, true);
    assert.equal(check(withNote(image, honest)).error, ImageError.BAD_MANIFEST, `${bytes} bytes, and it says so`);
  }
});

test("whatever bytes change, what the kernel lets pass grants neither RAM nor what is the kernel's", (t) => {
  const note = noteOf(GOOD);
  const byte = fc.tuple(
    fc.integer({ min: 0, max: note.length - 1 }),
    fc.constantFrom(0, 1, 4, 6, 0x10, 0xfe, 0xff, 0x80),
  );
  let passed = 0;
  const property = fc.property(fc.array(byte, { minLength: 1, maxLength: 4 }), (bytes) => {
    const { error, manifest } = checkChanged((view) => bytes.forEach(([at, value]) => view.setUint8(at, value)));
    if (error !== ImageError.NONE || manifest === 0n) return;
    passed += 1;
    const changed = note.slice();
    for (const [at, value] of bytes) changed[at] = value;
    const view = new DataView(changed.buffer);
    for (let i = 0; i < view.getUint32(COUNT, true); i++) assertHarmless(view, RANGES + i * 24);
  });
  holds(t, property, 150);
  assert.ok(passed > 0, "none passed");
});

function assertHarmless(view: DataView, at: number): void {
  const begin = view.getBigUint64(at + PHYSICAL, true);
  const end = begin + view.getBigUint64(at + BYTES, true);
  assert.ok(begin >= 128n * MIB && end <= 1n << 40n && begin < end);
  assert.ok(end <= 0xfec0_0000n || begin >= 0xfef0_0000n || (begin >= 0xfed0_0000n && end <= 0xfee0_0000n));
  assert.ok([1, 2].includes(view.getUint32(at + CACHING, true)));
}

test("an image is otherwise as it was", () => {
  const withIt = withNote(writeElf({ machine: 1, entry: 7, segments: [segment()] }), noteOf(GOOD));
  const view = new DataView(withIt.buffer);
  assert.equal(view.getUint16(56, true), 2);
  assert.equal(view.getBigUint64(24, true), 7n);
  const table = Number(view.getBigUint64(32, true));
  assert.deepEqual(withIt.slice(table, table + 56), withIt.slice(64, 64 + 56));
});

function segment() {
  return { flags: 5, virtual: 0, contents: new Uint8Array(5).fill(9), memoryBytes: 65536, alignment: 4096 };
}
