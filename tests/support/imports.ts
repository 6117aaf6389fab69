import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { projectRoot } from "../../tools/build/assemblyscript.ts";

/** One `import … from`, `export … from` or `import(…)` of a source file. Paths are from the project's root, with forward slashes. */
export interface Import {
  readonly from: string;
  /** A file of the project, or a bare name such as "platform" or "node:fs". */
  readonly to: string;
}

/** TypeScript files under a folder, from the project's root. */
export function sourceFiles(folder: string): string[] {
  const root = join(projectRoot, folder);
  if (!existsSync(root)) return [];
  const names = readdirSync(root, { recursive: true, encoding: "utf8" });
  return names.filter((name) => name.endsWith(".ts") && !name.endsWith(".d.ts")).map((name) => `${folder}/${name}`);
}

export function importsOf(file: string): Import[] {
  const text = readFileSync(join(projectRoot, file), "utf8").replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
  const pattern = /^\s*(?:import|export)\s[^;"]*?from\s+"([^"]+)"|^\s*import\s+"([^"]+)"|\bimport\(\s*"([^"]+)"/gm;
  return [...text.matchAll(pattern)].map((match) => ({
    from: file,
    to: resolveImport(file, match[1] ?? match[2] ?? match[3]!),
  }));
}

function resolveImport(from: string, name: string): string {
  if (!name.startsWith(".")) return name;
  const path = relative(projectRoot, join(projectRoot, dirname(from), name)).replaceAll("\\", "/");
  const candidates = [path, `${path}.ts`, `${path}/index.ts`];
  return candidates.find((candidate) => candidate.endsWith(".ts") && existsSync(join(projectRoot, candidate))) ?? path;
}

export function importsUnder(...folders: readonly string[]): Import[] {
  return folders.flatMap(sourceFiles).flatMap(importsOf);
}

/** Everything that `file` reaches through imports, itself included. */
export function reachableFrom(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  if (file.endsWith(".ts")) for (const { to } of importsOf(file)) reachableFrom(to, seen);
  return seen;
}

/** A cycle of imports among `files`, as the list of files that it passes, or undefined. */
export function findCycle(files: readonly string[]): string[] | undefined {
  const done = new Set<string>();
  for (const file of files) {
    const cycle = cycleFrom(file, [], done);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

function cycleFrom(file: string, path: readonly string[], done: Set<string>): string[] | undefined {
  if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
  if (done.has(file) || !file.endsWith(".ts")) return undefined;
  for (const { to } of importsOf(file)) {
    const cycle = cycleFrom(to, [...path, file], done);
    if (cycle !== undefined) return cycle;
  }
  done.add(file);
  return undefined;
}
