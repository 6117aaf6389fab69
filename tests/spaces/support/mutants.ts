import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { buildFolder, compileAssemblyScript, projectRoot } from "../../../tools/build/assemblyscript.ts";

/**
 * The kernel part of the spaces' tests with one mistake in it. The text that is replaced must be there exactly once, so that a mutant
 * that no longer fits its source says so, instead of testing nothing.
 */
export interface Mutant {
  readonly what: string;
  /** From the project's root. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** What the entry of the tests is made of. */
const SOURCES = ["kernel", "platform/embedded", "tests/spaces", "tests/frames/core.ts"];
const ENTRY_FILE = "tests/spaces/entry.ts";

/** Compiles it, from file `entry` on, in a folder of its own under build/, without optimisation, which takes longest. */
export async function compileMutant(mutant: Mutant, name: string, entry = ENTRY_FILE): Promise<WebAssembly.Module> {
  const folder = join("mutants", name);
  const copy = (path: string) => join(buildFolder, folder, path);
  for (const path of SOURCES) {
    mkdirSync(dirname(copy(path)), { recursive: true });
    cpSync(join(projectRoot, path), copy(path), { recursive: true });
  }
  const source = readFileSync(join(projectRoot, mutant.file), "utf8");
  writeFileSync(copy(mutant.file), replaceOnce(source, mutant));
  const wasm = await compileAssemblyScript({
    entry: copy(entry),
    output: `${folder}.wasm`,
    paths: ["tests/spaces/racing", "platform/embedded"].map((path) => join("build", folder, path)),
    flags: ["--enable", "bulk-memory", "--optimizeLevel", "0", "--shrinkLevel", "0"],
    allowedImports: () => true,
  });
  return new WebAssembly.Module(readFileSync(wasm));
}

function replaceOnce(source: string, { what, file, from, to }: Mutant): string {
  const parts = source.split(from);
  if (parts.length !== 2) throw new Error(`"${what}": ${file} has its text ${parts.length - 1} times, not once`);
  return parts.join(to);
}
