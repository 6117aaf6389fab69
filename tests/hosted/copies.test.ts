import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { runHosted } from "../../machine/hosted/run.ts";
import { compileAssemblyScript } from "../../tools/build/assemblyscript.ts";
import { hostImports } from "../../tools/build/embedded.ts";
import { buildHosted } from "../../tools/build/hosted.ts";

/** Copies past the caches leave what copies leave, at every alignment and length: the kernel's C for metal, and the model's. */
const CASES = 202n;
const seed = Number(process.env["NITROS_TEST_SEED"] ?? randomInt(2 ** 31));

test("streaming copies of the metal C, in a Linux process", async (t) => {
  t.diagnostic(`NITROS_TEST_SEED=${seed}`);
  const program = await buildHosted("copying");
  const { results } = await runHosted(program, [
    { workload: "declare", argument: 2 ** 24 },
    { workload: "tryCopies", argument: seed },
  ]);
  assert.deepEqual(results, [CASES]);
});

test("streaming copies of the embedded machine", async (t) => {
  t.diagnostic(`NITROS_TEST_SEED=${seed}`);
  const wasm = await compileAssemblyScript({
    entry: "platform/hosted/embedded-entry.ts",
    output: "tests/hosted-copies.wasm",
    paths: ["platform/embedded"],
    flags: ["--enable", "bulk-memory", "--initialMemory", "256"],
    allowedImports: (name) => name === "env.abort" || hostImports().has(name),
  });
  const module = new WebAssembly.Module(readFileSync(wasm));
  const imports: Record<string, Record<string, WebAssembly.ImportValue>> = {};
  for (const { module: group, name } of WebAssembly.Module.imports(module)) {
    (imports[group] ??= {})[name] = () => assert.fail(`${group}.${name} is called`);
  }
  const { exports } = new WebAssembly.Instance(module, imports);
  const declare = exports["ramDeclare"] as (first: bigint, bytes: bigint) => number;
  assert.equal(declare(0x1_0000_0000n, 2n ** 24n), 1);
  const tryCopies = exports["tryCopies"] as (cpu: number, seed: bigint) => bigint;
  assert.equal(tryCopies(0, BigInt(seed)), CASES);
});
