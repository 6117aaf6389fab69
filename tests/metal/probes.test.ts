import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { before, describe, test } from "node:test";
import type { ProgramReport } from "../../cli/records/document.ts";
import { projectRoot } from "../../tools/build/assemblyscript.ts";
import { bootPrograms, type Booted } from "../support/boot.ts";

const FRAME_JUMP = "build/tests/frame-jump.ts";

/** What ring 3 can do to the machine, in one boot of QEMU. `fault` is the vector that must have killed the program. */
const probes = [
  { name: "floats", exit: 0, says: "my numbers are my own" },
  { name: "divide", fault: 0 },
  { name: "unreachable", fault: 6 },
  { name: "not-canonical", fault: 13 },
  { name: "across", fault: 14, says: "storing across the end of my heap" },
  { name: "bad-buffers", exit: 0, says: "every bad buffer was refused" },
  { name: "table", exit: 0, says: "called through the table" },
  { name: "frame-jump", fault: 14 },
  { name: "local-descriptor", fault: 13 },
  { name: "selectors", exit: 0, says: "nothing was left in FS" },
  { name: "single-step", fault: 1 },
  // A second task with numbers of its own in the same registers, beside the first from start to end.
  { name: "floats", exit: 0, says: "my numbers are my own" },
] as const satisfies readonly { name: string; exit?: number; fault?: number; says?: string }[];

/**
 * Recursion whose every frame is larger than a page, because hundreds of loaded words are alive across the call. It must not jump
 * over the guard page.
 */
function frameJumpSource(): string {
  const words = Array.from({ length: 2500 }, (_, index) => index);
  return [
    'import { heapStart, load64, store64 } from "nitros";',
    "export function main(): i32 { return <i32>wide(heapStart(), 1); }",
    "function wide(heap: u64, depth: u64): u64 {",
    ...words.map((i) => `  const v${i} = load64(heap + ${8 * i});`),
    "  const below = wide(heap, depth + 1);",
    ...words.map((i) => `  store64(heap + ${8 * i}, v${i} + below);`),
    "  return below + depth;",
    "}",
  ].join("\n");
}

let booted: Booted;

before(async () => {
  const frameJump = join(projectRoot, FRAME_JUMP);
  mkdirSync(dirname(frameJump), { recursive: true });
  writeFileSync(frameJump, frameJumpSource());
  const sources = probes.map(({ name }) => (name === "frame-jump" ? FRAME_JUMP : `tests/metal/programs/${name}.ts`));
  booted = await bootPrograms("qemu", sources);
});

describe("on native hardware", () => {
  for (const [index, probe] of probes.entries()) {
    test(`${probe.name} (task ${index + 1})`, () => {
      const report: ProgramReport = booted.document.programs[index]!;
      assert.equal(report.name, probe.name);
      if ("exit" in probe) assert.equal(report.exit, probe.exit, report.output);
      if ("fault" in probe) assert.equal(report.fault?.["vector"], probe.fault, JSON.stringify(report));
      if ("says" in probe) assert.ok(report.output.includes(probe.says), report.output);
    });
  }

  test("a frame larger than a page meets the guard below the stack", () => {
    const jump = booted.document.programs.find(({ name }) => name === "frame-jump")!;
    assert.equal(jump.fault?.["region"], "stack-guard");
  });

  test("an access across two pages is reported where it faulted, in the second, and wrote nothing into the first", () => {
    const across = booted.document.programs[probes.findIndex(({ name }) => name === "across")]!;
    assert.match(String(across.fault?.["address"]), /000$/);
  });

  test("nothing of the firmware's chatter is on the console", () => {
    assert.match(booted.console, /^NitrOS/);
    assert.doesNotMatch(booted.console, /BdsDxe|\x1b\]nitros/);
  });
});
