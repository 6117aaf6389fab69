import { readdirSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { projectRoot } from "../build/assemblyscript.ts";
import { buildAll } from "./build.ts";
import { ensureNativeTools } from "./ensure-tools.ts";
import { lintSteps } from "./lint.ts";
import { inOrder, run } from "./run.ts";

/**
 * `npm test`: native tools, lint, then every test, those on QEMU included. `npm test -- PATH…` runs the tests of some files or
 * folders only, without lint.
 */
const CONCURRENCY = 2;

const paths = process.argv.slice(2);
const tests = {
  title: "tests",
  work: () => run(process.execPath, testArguments(testFiles(paths)), { NODE_NO_WARNINGS: "1" }),
};
const tools = { title: "native tools", work: ensureNativeTools };
const build = { title: "build", work: buildAll };
process.exitCode = await inOrder(paths.length > 0 ? [tests] : [tools, ...lintSteps, build, tests]);

function testArguments(files: readonly string[]): string[] {
  const flags = ["--import", "tsx", "--test", "--test-reporter=spec", `--test-concurrency=${CONCURRENCY}`];
  return [...flags, ...files];
}

function testFiles(wanted: readonly string[]): string[] {
  const roots = wanted.length > 0 ? wanted : ["tests"];
  const files = roots.flatMap((root) => filesUnder(join(projectRoot, root)));
  if (files.length === 0) throw new Error(`no *.test.ts under ${roots.join(", ")}`);
  return files.map((file) => relative(projectRoot, file)).sort();
}

function filesUnder(path: string): string[] {
  if (statSync(path).isFile()) return [path];
  const names = readdirSync(path, { recursive: true, encoding: "utf8" });
  return names.filter((name) => name.endsWith(".test.ts")).map((name) => join(path, name));
}
