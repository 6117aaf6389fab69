import { readFileSync } from "node:fs";
import { join } from "node:path";
import { buildFolder, compileAssemblyScript } from "../../../tools/build/assemblyscript.ts";
import { type Mutant, plant, UNOPTIMISED } from "../../support/mutants.ts";

export type { Mutant };

/** What the entry of the tests is made of. */
const SOURCES = ["kernel", "platform/embedded", "tests/spaces", "tests/frames/core.ts"];
const ENTRY_FILE = "tests/spaces/entry.ts";

/** The kernel part of the spaces' tests with one mistake in it, from file `entry` on. */
export async function compileMutant(mutant: Mutant, name: string, entry = ENTRY_FILE): Promise<WebAssembly.Module> {
  const folder = plant(mutant, name, SOURCES);
  const wasm = await compileAssemblyScript({
    entry: join(buildFolder, folder, entry),
    output: `${folder}.wasm`,
    paths: ["tests/spaces/racing", "platform/embedded"].map((path) => join("build", folder, path)),
    flags: ["--enable", "bulk-memory", ...UNOPTIMISED],
    allowedImports: () => true,
  });
  return new WebAssembly.Module(readFileSync(wasm));
}
