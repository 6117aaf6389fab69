import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, test } from "node:test";
import { wantsColour } from "../../cli/colour.ts";
import { editDistance, nearest } from "../../cli/nearest.ts";
import { firstSentence, findPrograms } from "../../cli/programs.ts";
import { decodeRecords, TornRecord } from "../../cli/records/decode.ts";
import { TraceLines } from "../../cli/records/lines.ts";
import { bitNames, nameOf, segmentRights } from "../../cli/records/names.ts";
import { readMemory, readSeed } from "../../cli/values.ts";
import { temporaryFolder } from "../support/folder.ts";
import { RECORD_BYTES, RecordKind } from "../../kernel/trace/records.ts";

describe("values of flags", () => {
  test("memory has binary units", () => {
    assert.equal(readMemory("512M"), 512 * 2 ** 20);
    assert.equal(readMemory("4g"), 4 * 2 ** 30);
    assert.equal(readMemory("64KiB"), 65536);
    assert.equal(readMemory("8192"), 8192);
    assert.throws(() => readMemory("4 G"));
    assert.throws(() => readMemory("0x1000"));
  });

  test("any u64 is a seed, decimal or hexadecimal", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (seed) => {
        assert.equal(readSeed(String(seed)), seed);
        assert.equal(readSeed(`0x${seed.toString(16)}`), seed);
      }),
    );
    assert.throws(() => readSeed(String(2n ** 64n)));
    assert.throws(() => readSeed("-1"));
  });
});

describe("suggestions", () => {
  test("edit distance is a metric", () => {
    const word = fc.string({ maxLength: 8 });
    fc.assert(
      fc.property(word, word, word, (a, b, c) => {
        assert.equal(editDistance(a, b), editDistance(b, a));
        assert.equal(editDistance(a, b) === 0, a === b);
        assert.ok(editDistance(a, c) <= editDistance(a, b) + editDistance(b, c));
      }),
    );
  });

  test("only near words are suggested", () => {
    assert.equal(nearest("helo", ["hello", "null-read"]), "hello");
    assert.equal(nearest("stackoverflow", ["stack-overflow"]), "stack-overflow");
    assert.equal(nearest("xyzzy", ["hello", "null-read"]), undefined);
  });
});

describe("programs", () => {
  test("the summary is the doc comment's first sentence", () => {
    assert.equal(firstSentence("/** One thing. Another. */\ncode"), "One thing.");
    assert.equal(firstSentence("import 1;\n/**\n * Over\n * lines, v1.2 even! More.\n */"), "Over lines, v1.2 even!");
    assert.equal(firstSentence("// none"), "");
  });

  test("names fit a FAT file name, and differ where files differ", () => {
    const folder = temporaryFolder({
      "a b/Mine.ts": "",
      "c/mine.ts": "",
      "_x.ts": "",
      [`${"long".repeat(20)}.ts`]: "",
    });
    const paths = ["a b/Mine.ts", "c/mine.ts", "_x.ts", `${"long".repeat(20)}.ts`, "c/mine.ts"];
    const names = findPrograms(paths.map((path) => `${folder}/${path}`)).map(({ name }) => name);
    assert.deepEqual(names, ["Mine", "mine-2", "x", "long".repeat(11), "mine-2"]);
  });
});

describe("records", () => {
  test("names come from the kernel's constants", () => {
    assert.equal(nameOf({ READ_ONLY: 5 }, 5n), "read-only");
    assert.equal(nameOf({ READ_ONLY: 5 }, 6n), "0x6");
    assert.deepEqual(bitNames({ NX: 1, SMEP: 4 }, 13n), ["nx", "smep", "0x8"]);
    assert.equal(segmentRights(0x10_0006n), "rw- sealed");
  });

  test("bytes that are no whole record are refused", () => {
    assert.throws(() => decodeRecords(new Uint8Array(RECORD_BYTES + 1)), TornRecord);
  });

  test("text that is split within a character is whole again in the next line", () => {
    const text = Buffer.from("123456789012345é and more");
    const lines = new TraceLines()
      .write(decodeRecords(textRecords(RecordKind.OUTPUT, text)))
      .trimEnd()
      .split("\n");
    const parts = lines.map((line) => (JSON.parse(line) as { text: string }).text);
    assert.deepEqual(parts, ["123456789012345", "é and more"]);
  });
});

/** Text as the kernel writes it: 16 bytes a record. */
function textRecords(kind: number, text: Uint8Array): Uint8Array {
  const count = Math.ceil(text.length / 16);
  const bytes = new Uint8Array(count * RECORD_BYTES);
  const view = new DataView(bytes.buffer);
  for (let index = 0; index < count; index++) {
    const part = text.subarray(index * 16, index * 16 + 16);
    view.setUint16(index * RECORD_BYTES + 14, kind, true);
    bytes.set(part, index * RECORD_BYTES + 16);
    view.setBigUint64(index * RECORD_BYTES + 32, BigInt(part.length), true);
  }
  return bytes;
}

describe("colour", () => {
  test("follows NO_COLOR, FORCE_COLOR and the terminal, in this order", () => {
    assert.equal(wantsColour({ isTTY: true }, {}), true);
    assert.equal(wantsColour({}, {}), false);
    assert.equal(wantsColour({ isTTY: true }, { NO_COLOR: "1" }), false);
    assert.equal(wantsColour({ isTTY: true }, { NO_COLOR: "" }), true);
    assert.equal(wantsColour({}, { FORCE_COLOR: "1" }), true);
    assert.equal(wantsColour({ isTTY: true }, { FORCE_COLOR: "0" }), false);
    assert.equal(wantsColour({}, { FORCE_COLOR: "1", NO_COLOR: "1" }), false);
    assert.equal(wantsColour({ isTTY: true }, { TERM: "dumb" }), false);
  });
});
