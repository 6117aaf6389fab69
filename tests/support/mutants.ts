import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { buildFolder, projectRoot } from "../../tools/build/assemblyscript.ts";

/** A mistake that is planted in the kernel. A test that does not find it tests nothing. */
export interface Mutant {
  readonly what: string;
  /** From the project's root. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** asc without optimisation, which takes longest. */
export const UNOPTIMISED = ["--optimizeLevel", "0", "--shrinkLevel", "0"] as const;

/**
 * Copies `sources` to a folder of its own under build/, and plants the mistake there, if any. The text that is replaced must be there exactly once, so
 * that a mutant that no longer fits its source says so, instead of testing nothing. Returns the folder, from `build/`.
 */
export function plant(mutant: Mutant | undefined, name: string, sources: readonly string[]): string {
  const folder = join("mutants", name);
  const copy = (path: string) => join(buildFolder, folder, path);
  for (const path of sources) {
    mkdirSync(dirname(copy(path)), { recursive: true });
    cpSync(join(projectRoot, path), copy(path), { recursive: true });
  }
  if (mutant !== undefined)
    writeFileSync(copy(mutant.file), replaceOnce(readFileSync(join(projectRoot, mutant.file), "utf8"), mutant));
  return folder;
}

function replaceOnce(source: string, { what, file, from, to }: Mutant): string {
  const parts = source.split(from);
  if (parts.length !== 2) throw new Error(`"${what}": ${file} has its text ${parts.length - 1} times, not once`);
  return parts.join(to);
}
