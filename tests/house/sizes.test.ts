import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { projectRoot } from "../../tools/build/assemblyscript.ts";
import { sourceFiles } from "../support/imports.ts";

const MAX_FILE_LINES = 600;
/** What TypeScript cannot say must stay little: DESIGN, "The house". */
const MAX_METAL_LINES = 600;

test(`no source file has more than ${MAX_FILE_LINES} lines`, () => {
  const folders = ["kernel", "platform", "loader", "user", "machine", "tools", "bench", "cli", "tests"];
  const long = folders.flatMap(sourceFiles).filter((file) => linesOf(file).length > MAX_FILE_LINES);
  assert.deepEqual(long, []);
});

test(`metal/ has at most ${MAX_METAL_LINES} non-blank lines of assembly and C`, () => {
  const files = nativeFiles();
  assert.ok(files.length > 0, "metal/ has no assembly or C at all: is the pattern wrong?");
  const lines = files.flatMap(linesOf).filter((line) => line.trim() !== "");
  assert.ok(lines.length <= MAX_METAL_LINES, `metal/ has ${lines.length}`);
});

/** What other systems are asked to do beside us is no part of ours. */
const PEER = /^bench\/linux\/[\w-]+\.[ch]$/;

test("there is no assembly or C outside metal/, but a peer's", () => {
  const folders = ["kernel", "platform", "loader", "user", "machine", "tools", "cli", "bench"];
  const strays = folders.flatMap((folder) => filesUnder(folder).filter(isNative));
  assert.deepEqual(
    strays.filter((file) => !PEER.test(file)),
    [],
  );
});

function nativeFiles(): string[] {
  return filesUnder("metal").filter(isNative);
}

function isNative(file: string): boolean {
  return /\.(c|h|s|S|asm|inc)$/.test(file);
}

function filesUnder(folder: string): string[] {
  const root = join(projectRoot, folder);
  if (!existsSync(root)) return [];
  return readdirSync(root, { recursive: true, encoding: "utf8" }).map((name) => `${folder}/${name}`);
}

function linesOf(file: string): string[] {
  return readFileSync(join(projectRoot, file), "utf8").split("\n");
}
