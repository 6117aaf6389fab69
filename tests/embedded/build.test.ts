import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { CompileError } from "../../tools/build/assemblyscript.ts";
import { buildEmbeddedKernel } from "../../tools/build/embedded.ts";
import { exportedSignature } from "../../tools/build/wasm-signature.ts";
import { compileText } from "./support/boot.ts";

// What is built for the embedded machine, and which programs are refused.

interface LoadSegment {
  readonly flags: number;
  readonly virtual: number;
  readonly fileBytes: number;
  readonly memoryBytes: number;
}

function segmentsOf(elf: Uint8Array): LoadSegment[] {
  const view = new DataView(elf.buffer, elf.byteOffset, elf.byteLength);
  assert.equal(view.getUint16(16, true), 3, "ET_DYN");
  assert.equal(view.getUint16(18, true), 0x4157);
  return Array.from({ length: view.getUint16(56, true) }, (_, index) => {
    const at = Number(view.getBigUint64(32, true)) + index * 56;
    assert.equal(view.getUint32(at, true), 1, "PT_LOAD");
    const word = (offset: number) => Number(view.getBigUint64(at + offset, true));
    return { flags: view.getUint32(at + 4, true), virtual: word(16), fileBytes: word(32), memoryBytes: word(40) };
  });
}

test("a program's image has text, rodata and data as platform/CONTRACT.md says", async () => {
  const segments = segmentsOf(await compileText("good", `export function main(): i32 { return 0; }`));
  const unit = 64 * 1024;
  assert.deepEqual(
    segments.map(({ flags, virtual, memoryBytes }) => [flags, virtual, memoryBytes]),
    [
      [5, 0, unit],
      [4, unit, unit],
      [6, 2 * unit, 5 * unit],
    ],
  );
});

test("the kernel's image has its four segments in units of 2 MiB, and its WebAssembly as text", async () => {
  const { wasm, elf } = await buildEmbeddedKernel();
  const file = readFileSync(elf);
  const segments = segmentsOf(file);
  assert.deepEqual(
    segments.map(({ flags }) => flags),
    [5, 4, 0x10_0006, 6],
  );
  for (const { virtual, memoryBytes } of segments) assert.equal((virtual | memoryBytes) % (2 << 20), 0);
  assert.ok(file.includes(readFileSync(wasm)));
});

const refused: [string, string, RegExp][] = [
  ["does not compile", `export function main(): i32 { return "no"; }`, /does not compile[\s\S]*refused\.ts/],
  ["has no main", `export function start(): i32 { return 0; }`, /refused\.ts has no main/],
  ["has a main without a result", `export function main(): void {}`, /exports main\(\): void/],
  ["has a main with arguments", `export function main(n: i32): i32 { return n; }`, /exports main\(i32\): i32/],
  [
    "imports what no machine has",
    `declare function launch(): i32; export function main(): i32 { return launch(); }`,
    /imports what no machine provides: refused\.launch/,
  ],
];
for (const [name, source, words] of refused) {
  test(`a program that ${name} is refused with a reason`, async () => {
    await assert.rejects(compileText("refused", source), (error: unknown) => {
      assert.ok(error instanceof CompileError, String(error));
      assert.match(error.message, words);
      return true;
    });
  });
}

test("the type of an exported function is read from a module", () => {
  // (module (func (export "f") (param i64 f32) (result f64) f64.const 0))
  const wasm = Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 7, 1, 0x60, 2, 0x7e, 0x7d, 1, 0x7c, 3, 2, 1, 0, 7, 5, 1, 1, 0x66, 0, 0],
    ...[10, 13, 1, 11, 0, 0x44, 0, 0, 0, 0, 0, 0, 0, 0, 0x0b],
  ]);
  assert.deepEqual(exportedSignature(wasm, "f"), { parameters: ["i64", "f32"], results: ["f64"] });
  assert.equal(exportedSignature(wasm, "g"), undefined);
});
