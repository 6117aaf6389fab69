import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { BootDocument } from "../../cli/records/document.ts";
import { MACHINE_NAMES } from "../../cli/values.ts";
import { nitros } from "../support/command.ts";
import { temporaryFolder } from "../support/folder.ts";

/** Programs as a user writes them, in a folder that has nothing to do with the project (and a space in its path). */
const folder = temporaryFolder({
  "mine.ts": `import { printLine } from "nitros";
import { answer } from "./parts/answer";
export function main(): i32 {
  printLine("Mine, and the answer is known.");
  return answer() == 42 ? 0 : 1;
}`,
  "parts/answer.ts": "export function answer(): i32 { return 42; }",
  "other/mine.ts": `import { printLine } from "nitros";
export function main(): i32 { printLine("The other mine."); return 0; }`,
  "fails.ts": "export function main(): i32 { return 7; }",
  "endless.ts": "export function main(): i32 { while (true) {} return 0; }",
  "broken.ts": `import { printLine } from "nitros";
export function main(): i32 { printLine(7); return "no"; }`,
  "no-main.ts": "export function start(): i32 { return 0; }",
  "void-main.ts": "export function main(): void {}",
  "stranger.ts": "export declare function launch(x: i32): i32; export function main(): i32 { return launch(1); }",
  "node-import.ts": `import { readFileSync } from "node:fs"; export function main(): i32 { return 0; }`,
  "needs-nothing.ts": "export function main(): i32 { return 0; }",
});

const inFolder = { cwd: folder };

for (const machine of MACHINE_NAMES) {
  describe(`on the ${machine} machine`, () => {
    test("a program of the user's own runs, from the folder that it is in", async () => {
      const { status, stdout, stderr } = await nitros(["boot", "./mine.ts", "--machine", machine], inFolder);
      assert.equal(status, 0, stderr + stdout);
      assert.match(stdout, /Mine, and the answer is known\./);
    });

    test("a program that returns another status than 0 makes the command's status 1", async () => {
      const { status, stdout, stderr } = await nitros(["boot", "fails.ts", "hello", "--machine", machine], inFolder);
      assert.equal(status, 1, stderr + stdout);
      assert.match(stdout, /Hello from ring 3/);
    });

    test("an endless program is ended after --timeout, with status 124", async () => {
      const timeout = machine === "qemu" ? "30" : "5";
      const args = ["boot", "endless.ts", "--machine", machine, "--timeout", timeout];
      const { status, stdout, stderr } = await nitros(args, inFolder);
      assert.equal(status, 124, stderr + stdout);
      assert.match(stderr, /time/i);
    });
  });
}

describe("two programs of the same file name", () => {
  test("are told apart, and a repeated one runs again", async () => {
    const { status, stdout } = await nitros(["boot", "mine.ts", "other/mine.ts", "./mine.ts", "--json"], inFolder);
    assert.equal(status, 0);
    const { programs } = JSON.parse(stdout) as BootDocument;
    assert.deepEqual(
      programs.map(({ name }) => name),
      ["mine", "mine-2", "mine"],
    );
    assert.deepEqual(
      programs.map(({ output }) => output.includes("The other mine.")),
      [false, true, false],
    );
  });
});

/** What is wrong with a program is said in the compiler's words or in ours, and always with status 64. */
const wrong: readonly { readonly file: string; readonly says: readonly RegExp[] }[] = [
  { file: "broken.ts", says: [/broken\.ts/, /Type 'i32' is not assignable|not assignable to type/] },
  { file: "no-main.ts", says: [/no-main\.ts has no main/] },
  { file: "void-main.ts", says: [/main\(\): void/, /main\(\): i32/] },
  { file: "stranger.ts", says: [/stranger\.ts imports what no machine provides/, /launch/] },
  { file: "node-import.ts", says: [/node:fs/] },
];

for (const machine of MACHINE_NAMES) {
  describe(`a wrong program, for the ${machine} machine`, () => {
    for (const { file, says } of wrong) {
      test(file, async () => {
        const { status, stdout, stderr } = await nitros(["boot", file, "--machine", machine], inFolder);
        for (const text of says) assert.match(stderr, text);
        assert.equal(status, 64);
        assert.equal(stdout, "");
      });
    }
  });
}
