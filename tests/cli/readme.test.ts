import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { nitros } from "../support/command.ts";
import { sourceText } from "../support/boot.ts";
import { temporaryFolder } from "../support/folder.ts";

/** What the documents show is what happens. */
const readme = sourceText("README.md");
const firmware = block(sourceText("docs/FIRMWARE.md"), "json");
const folder = temporaryFolder({ "mine.ts": block(readme, "ts"), "map.json": firmware });

/** The first fenced block in a language. */
function block(text: string, language: string): string {
  const found = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(text)?.[1];
  assert.ok(found, `no block of ${language}`);
  return found;
}

describe("README.md", () => {
  test("its own program prints what it says, with --seed 1", async () => {
    const { stdout } = await nitros(["boot", "./mine.ts", "--seed", "1"], { cwd: folder });
    const shown = /```\n(1 mine \|[\s\S]*?)```/.exec(readme)?.[1];
    assert.ok(shown);
    assert.ok(stdout.includes(shown), stdout);
  });

  test("shows every phase and line of protections that npm start prints", async () => {
    const { status, stdout } = await nitros(["boot"]);
    assert.equal(status, 0);
    const stable = stdout.split("\n").filter((line) => /^\d {2}\S|^ {3}[A-Z]+ +(on|absent) /.test(line));
    assert.ok(stable.length >= 13, `${stable.length} lines`);
    assert.deepEqual(
      stable.filter((line) => !readme.includes(line)),
      [],
    );
  });

  test("names only commands that the command has", async () => {
    const { stdout } = await nitros(["--help"]);
    const named = [...readme.matchAll(/^nitros (\w+)/gm)].map(([, name]) => name!);
    assert.ok(named.length >= 10);
    assert.deepEqual(
      named.filter((name) => !new RegExp(`^  ${name}\\b`, "m").test(stdout)),
      [],
    );
  });
});

describe("docs/FIRMWARE.md", () => {
  test("its example boots, and its oddities are reported", async () => {
    const { status, stdout, stderr } = await nitros(["boot", "--firmware", "map.json"], { cwd: folder });
    assert.equal(status, 0, stdout + stderr);
    assert.match(stdout, /descriptors of 48 bytes/);
    assert.match(stdout, /overlap/);
  });
});
