import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { refuseQuotas } from "../../cli/commands/request.ts";
import { UsageError } from "../../cli/exit-status.ts";
import { readQuotas } from "../../cli/values.ts";
import { MOST_OF_QUOTA } from "../../kernel/quotas/layout.ts";
import { ImageError } from "../../kernel/tasks/image-errors.ts";
import { programImage } from "../../tools/build/embedded.ts";
import { parseManifest } from "../../tools/build/manifest.ts";
import { withNote } from "../../tools/build/notes.ts";
import { quotaNote, withQuota } from "../../tools/build/quota.ts";
import { SpaceMachine } from "../spaces/support/machine.ts";
import { compileKernelPart } from "../support/kernel-module.ts";
import { MIB } from "../support/memory-kernel.ts";

/** What a quota says: on the command line, in a manifest, and in an image, which the kernel takes from a disk. */
const module = await compileKernelPart({
  entry: "tests/modules/entry.ts",
  platform: "embedded",
  before: "tests/spaces/racing",
});
const IMAGE = 64n * MIB;
const image = programImage(new Uint8Array(8));
/** Where the limits begin in the note. */
const LIMITS = 20;

function check(file: Uint8Array): { readonly error: number; readonly limits: readonly number[] } {
  const machine = new SpaceMachine(module);
  file.forEach((byte, index) => machine.call("physStore8", IMAGE + BigInt(index), byte));
  const error = machine.call("checkImage", IMAGE, BigInt(file.length));
  return { error, limits: [0, 1, 2, 3].map((kind) => machine.call("quotaLimit", kind)) };
}

const good: readonly (readonly [text: string, program: string | undefined, quota: object])[] = [
  ["hog:frames=100", "hog", { frames: 100 }],
  ["frames=1,handles=1073741823", undefined, { frames: 1, handles: MOST_OF_QUOTA }],
  ["my-hog.2:regions=30,tables=20", "my-hog.2", { regions: 30, tables: 20 }],
];
for (const [text, program, quota] of good) {
  test(`the command takes --quota ${text}`, () => assert.deepEqual(readQuotas(text), [{ program, quota }]));
}

test("the command takes several", () => {
  const both = readQuotas("tables=9", readQuotas("hog:frames=100"));
  assert.deepEqual(
    both.map(({ program }) => program),
    ["hog", undefined],
  );
});

const bad: readonly (readonly [text: string, says: RegExp])[] = [
  ["", /^Write PROGRAM:frames=100, or frames=100 for all/],
  ["hog:", /^Write PROGRAM:/],
  [":frames=1", /^Write PROGRAM:/],
  ["a:b:frames=1", /^Write PROGRAM:/],
  ["hog", /^"hog" is no limit\. Write PROGRAM/],
  ["hog:frames=1,", /^"" is no limit/],
  ["frame=1", /^"frame" is none of frames, tables, regions, handles\. Did you mean frames\?/],
  ["frames=", /^frames=: write a whole number from 1 to 1073741823/],
  ["frames=0", /^frames=0: write a whole number from 1/],
  ["frames=-1", /^frames=-1: write/],
  ["frames=1.5", /^frames=1\.5: write/],
  ["frames=0x10", /^frames=0x10: write/],
  ["frames=64M", /^frames=64M: write/],
  ["frames=1073741824", /^frames=1073741824: write/],
  ["frames=1,tables=2,frames=3", /^It limits frames twice/],
];
for (const [text, says] of bad) {
  test(`the command refuses --quota "${text}", and says why`, () =>
    assert.throws(() => readQuotas(text), { message: says }));
}

test("the command refuses a quota of a program that is not booted", () => {
  refuseQuotas(["hello", "hog"], [...readQuotas("hog:frames=1"), ...readQuotas("frames=1")]);
  const refuse = (text: string) => () => refuseQuotas(["hello", "hog", "hog"], readQuotas(text));
  assert.throws(refuse("hogg:frames=1"), {
    name: UsageError.name,
    message: /--quota hogg: no program .* did you mean hog\?/,
  });
  assert.throws(refuse("producer:frames=1"), /no program of that name is booted; there are hello, hog$/);
});

describe("a manifest's quota", () => {
  const manifest = (quota: unknown) => parseManifest(JSON.stringify({ name: "it", version: 1, quota }), "it");

  test("is taken", () => assert.deepEqual(manifest({ frames: 5 }).quota, { frames: 5 }));

  for (const [quota, says] of [
    [7, /^it: quota: want an object/],
    [{ pages: 1 }, /^it: quota has the unknown word "pages": known are frames, tables, regions, handles/],
    [{ frames: 0 }, /^it: quota: frames 0: want a whole number from 1/],
    [{ frames: "9" }, /^it: quota: frames "9": want/],
    [{ tables: 2 ** 30 }, /^it: quota: tables 1073741824: want/],
  ] as const) {
    test(`is refused when it is ${JSON.stringify(quota)}`, () =>
      assert.throws(() => manifest(quota), { message: says }));
  }
});

describe("the kernel", () => {
  test("finds no limits where there is no quota", () => {
    assert.deepEqual(check(image), { error: ImageError.NONE, limits: [0, 0, 0, 0] });
  });

  test("finds what the image has, and what was put in its place later on", () => {
    const once = withQuota(image, { frames: 100, handles: 3 });
    assert.deepEqual(check(once), { error: ImageError.NONE, limits: [100, 0, 0, 3] });
    const again = withQuota(once, { handles: 4, regions: MOST_OF_QUOTA });
    assert.deepEqual(check(again), { error: ImageError.NONE, limits: [100, 0, MOST_OF_QUOTA, 4] });
    assert.equal(again.length, once.length);
  });

  const note = quotaNote({ frames: 100 });

  test("refuses a second one", () => {
    assert.equal(check(withNote(withQuota(image, { frames: 1 }), note)).error, ImageError.BAD_QUOTA);
  });

  test("refuses one that is cut off anywhere, or is longer", () => {
    for (let bytes = LIMITS; bytes < note.length + 8; bytes += 4) {
      if (bytes === note.length) continue;
      const other = new Uint8Array(bytes);
      other.set(note.slice(0, bytes));
      assert.equal(check(withNote(image, other)).error, ImageError.BAD_QUOTA, `${bytes} bytes`);
      new DataView(other.buffer).setUint32(4, bytes - LIMITS, true);
      assert.equal(check(withNote(image, other)).error, ImageError.BAD_QUOTA, `${bytes} bytes, and it says so`);
    }
  });

  test("refuses limits that are none", () => {
    for (let kind = 0; kind < 4; kind++) {
      for (const limit of [MOST_OF_QUOTA + 1, 0x8000_0000, 0xffff_ffff]) {
        const other = note.slice();
        new DataView(other.buffer).setUint32(LIMITS + kind * 4, limit, true);
        assert.equal(check(withNote(image, other)).error, ImageError.BAD_QUOTA, `${kind}: ${limit}`);
      }
    }
  });
});
