import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { compileKernelPart, startKernelPart } from "../support/kernel-module.ts";
import { holds } from "../support/property.ts";

/** What characters the kernel finds in bytes, against Node's own decoder. */

const { functions, memory } = startKernelPart(
  await compileKernelPart({ entry: "tests/console/entry.ts", platform: "metal" }),
);
const at = Number(functions["textAt"]!());
const MALFORMED = 0xffff_ffff;
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** What the kernel finds at the start of `bytes`. */
function firstCharacter(bytes: Uint8Array): number {
  const room = new Uint8Array(memory.buffer, at, 64).fill(0x80);
  room.set(bytes);
  return Number(functions["codePointAt"]!(at, bytes.length));
}

/** The first bytes that are a character by themselves: Node says so. */
function expected(bytes: Uint8Array): number {
  for (let length = 1; length <= Math.min(4, bytes.length); length++) {
    const text = decoded(bytes.subarray(0, length));
    if (text !== undefined) return text.codePointAt(0)!;
  }
  return MALFORMED;
}

function decoded(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

test("every code point is found, with its length", () => {
  for (let code = 0; code <= 0x10_ffff; code += code < 0x1_0000 ? 1 : 7) {
    if (code >= 0xd800 && code < 0xe000) continue;
    const bytes = new TextEncoder().encode(String.fromCodePoint(code));
    assert.equal(firstCharacter(bytes), code);
    assert.equal(functions["bytesOf"]!(code), bytes.length);
    assert.equal(firstCharacter(bytes.subarray(0, -1)), MALFORMED, `U+${code.toString(16)} cut off`);
  }
});

test("every two bytes, and any others near the limits, mean what they mean to Node", (t) => {
  for (let pair = 0; pair < 0x1_0000; pair++) {
    const bytes = Uint8Array.of(pair >> 8, pair & 0xff);
    assert.equal(firstCharacter(bytes), expected(bytes), Buffer.from(bytes).toString("hex"));
  }
  const edges = [
    0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5, 0xf8,
    0xff,
  ];
  const byte = fc.oneof(fc.constantFrom(...edges), fc.nat(255));
  const texts = fc.array(byte, { minLength: 1, maxLength: 6 });
  holds(
    t,
    fc.property(texts, (list) => {
      const bytes = Uint8Array.from(list);
      assert.equal(firstCharacter(bytes), expected(bytes), Buffer.from(bytes).toString("hex"));
    }),
    50_000,
  );
});
