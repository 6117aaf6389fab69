import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { after, describe, test } from "node:test";
import { buildFolder, CompileError, compileAssemblyScript } from "../../tools/build/assemblyscript.ts";
import { temporaryFolder } from "../support/folder.ts";

const folder = temporaryFolder({});
const source = join(folder, "part.ts");
const output = `tests/${basename(folder).replaceAll(" ", "-")}.wasm`;
after(() => {
  for (const end of ["", ".stamp"]) rmSync(join(buildFolder, `${output}${end}`), { force: true });
});

const GOOD = "export function answer(): i32 { return 42; }";
const STRANGER = "export declare function launch(): i32; export function answer(): i32 { return launch(); }";

function compile(text: string): Promise<string> {
  writeFileSync(source, text);
  return compileAssemblyScript({ entry: source, output, allowedImports: new Set() });
}

function answerOf(wasm: string): unknown {
  const { answer } = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(wasm))).exports;
  return (answer as () => number)();
}

describe("compileAssemblyScript", () => {
  test("compiles again what has changed, and only that", async () => {
    assert.equal(answerOf(await compile(GOOD)), 42);
    const before = readFileSync(join(buildFolder, `${output}.stamp`), "utf8");
    assert.equal(answerOf(await compile(GOOD)), 42);
    assert.equal(readFileSync(join(buildFolder, `${output}.stamp`), "utf8"), before);
    assert.equal(answerOf(await compile(GOOD.replace("42", "43"))), 43);
  });

  test("a refused file never stands for the one before it", async () => {
    await compile(GOOD);
    await assert.rejects(compile(STRANGER), (error: Error) => {
      assert.ok(error instanceof CompileError);
      assert.match(error.message, /imports what no machine provides: part\.launch/);
      return true;
    });
    assert.equal(answerOf(await compile(GOOD)), 42);
    await assert.rejects(compile("export function answer(): i32 { return nothing; }"), /nothing/);
    assert.equal(answerOf(await compile(GOOD)), 42);
  });

  test("may run several times at once", async () => {
    const text = GOOD.replace("42", "44");
    const wasm = await Promise.all([compile(text), compile(text), compile(text)]);
    assert.deepEqual(wasm.map(answerOf), [44, 44, 44]);
  });
});
