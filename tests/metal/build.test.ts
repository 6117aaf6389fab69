import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { temporaryFolder } from "../support/folder.ts";
import { CompileError, compileAssemblyScript, projectRoot } from "../../tools/build/assemblyscript.ts";
import { buildMetalKernel, buildMetalProgram, platformImports } from "../../tools/build/metal.ts";
import { TranslationError, wasmToC } from "../../tools/build/wasm2c.ts";
import { findNativeTools, installCommand, requireNativeTools, ToolMissing } from "../../tools/native-tools.ts";

interface Segment {
  readonly type: number;
  readonly flags: number;
  readonly virtual: number;
  readonly fileBytes: number;
  readonly bytes: number;
}

const PT_LOAD = 1;
const SHT_RELA = 4;
const R_X86_64_RELATIVE = 8n;

function segmentsOf(elf: Buffer): Segment[] {
  const table = Number(elf.readBigUInt64LE(32));
  return Array.from({ length: elf.readUInt16LE(56) }, (_, index) => {
    const at = table + 56 * index;
    const long = (offset: number) => Number(elf.readBigUInt64LE(at + offset));
    return {
      type: elf.readUInt32LE(at),
      flags: elf.readUInt32LE(at + 4),
      virtual: long(16),
      fileBytes: long(32),
      bytes: long(40),
    };
  });
}

/** The types of all relocations in the file. */
function relocationTypes(elf: Buffer): bigint[] {
  const table = Number(elf.readBigUInt64LE(40));
  return Array.from({ length: elf.readUInt16LE(60) }, (_, index) => table + 64 * index)
    .filter((at) => elf.readUInt32LE(at + 4) === SHT_RELA)
    .flatMap((at) => {
      const [first, bytes] = [Number(elf.readBigUInt64LE(at + 24)), Number(elf.readBigUInt64LE(at + 32))];
      return Array.from({ length: bytes / 24 }, (_, i) => elf.readBigUInt64LE(first + 24 * i + 8));
    });
}

describe("the native kernel's file", () => {
  let elf: Buffer;
  before(async () => (elf = readFileSync(await buildMetalKernel())));

  test("has text, rodata, sealed and data segments, each in 2 MiB pages of its own", () => {
    const loads = segmentsOf(elf).filter(({ type }) => type === PT_LOAD);
    assert.deepEqual(
      loads.map(({ flags }) => flags),
      [5, 4, 0x100006, 6],
    );
    for (const [index, { virtual, bytes }] of loads.entries()) {
      assert.equal(virtual % 2 ** 21, 0);
      assert.ok(bytes > 0);
      const next = loads[index + 1];
      if (next) assert.equal(next.virtual, Math.ceil((virtual + bytes) / 2 ** 21) * 2 ** 21, "no gaps");
    }
  });

  test("is ET_DYN for x86-64 without an interpreter, with relative relocations only", () => {
    assert.equal(elf.readUInt16LE(16), 3);
    assert.equal(elf.readUInt16LE(18), 62);
    assert.ok(segmentsOf(elf).every(({ type }) => type !== 3));
    assert.ok(relocationTypes(elf).every((type) => type === R_X86_64_RELATIVE));
  });
});

describe("a native program's file", () => {
  test("has text, rodata and data, contiguous from 0 in multiples of 64 KiB", async () => {
    const elf = Buffer.from(await buildMetalProgram(join(projectRoot, "tests/metal/programs/table.ts")));
    const loads = segmentsOf(elf).filter(({ type }) => type === PT_LOAD);
    assert.deepEqual(
      loads.map(({ flags }) => flags),
      [5, 4, 6],
    );
    let end = 0;
    for (const { virtual, bytes } of loads) {
      assert.equal(virtual, end);
      assert.equal(bytes % 65536, 0);
      end += bytes;
    }
    assert.equal(loads[2]!.bytes, 5 * 65536, "64 KiB for the start code, 4 pages of linear memory");
    assert.ok(relocationTypes(elf).every((type) => type === R_X86_64_RELATIVE));
  });
});

describe("the seam", () => {
  test("the kernel may import what the platform declares, and nothing else", async () => {
    const imports = platformImports();
    assert.ok(imports.has("memory.physLoad64") && imports.has("native.loadTables") && imports.size > 40);
    const text = "export declare function reboot(): void;\nexport function boot(): void { reboot(); }\n";
    const source = join(temporaryFolder({ "stranger.ts": text }), "stranger.ts");
    const output = "tests/stranger.wasm";
    await assert.rejects(compileAssemblyScript({ entry: source, output, allowedImports: imports }), (error: Error) => {
      assert.ok(error instanceof CompileError);
      assert.match(error.message, /stranger\.reboot/);
      return true;
    });
  });

  test("assembly and C, headers included, are 600 lines at most", () => {
    const metal = join(projectRoot, "metal");
    const files = (readdirSync(metal, { recursive: true }) as string[]).filter((file) => /\.(c|h|S)$/.test(file));
    const lines = files.flatMap((file) => readFileSync(join(metal, file), "utf8").split("\n"));
    assert.ok(files.length >= 6);
    assert.ok(lines.filter((line) => line.trim() !== "").length <= 600);
  });
});

test("wasm2c's refusal is a TranslationError with its own words", async () => {
  const file = join(temporaryFolder({ "broken.wasm": "this is not WebAssembly" }), "broken.wasm");
  await assert.rejects(wasmToC(file, "tests/broken", "broken"), (error: Error) => {
    assert.ok(error instanceof TranslationError);
    assert.match(error.message, /broken\.wasm[\s\S]*magic/);
    return true;
  });
});

describe("a machine without the native tools", () => {
  function withPath<T>(path: string, action: () => T): T {
    const before = process.env["PATH"];
    process.env["PATH"] = path;
    try {
      return action();
    } finally {
      process.env["PATH"] = before;
    }
  }

  test("is told which are missing, what for, and the one command", () => {
    const error = withPath("/nowhere", () => {
      try {
        requireNativeTools("clang", "ld.lld", "lld-link");
      } catch (thrown) {
        return thrown;
      }
    });
    assert.ok(error instanceof ToolMissing);
    assert.equal(error.status, 69);
    assert.match(error.message, /clang \(compiles.*ld\.lld/);
    assert.match(
      error.message,
      /^install: apt-get update && apt-get install --yes --no-install-recommends clang lld$/m,
    );
  });

  test("has every tool listed, found or not", () => {
    const found = withPath("/nowhere", findNativeTools);
    assert.equal(found.find(({ name }) => name === "qemu-system-x86_64")!.path, undefined);
    assert.equal(findNativeTools().length, found.length);
    assert.match(installCommand(found), /clang fdisk libclang-rt-dev .*lld mtools ovmf qemu-system-x86 valgrind$/);
  });
});
