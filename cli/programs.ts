import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { projectRoot } from "../tools/build/assemblyscript.ts";
import { UsageError } from "./exit-status.ts";
import { nearest } from "./nearest.ts";

const bundledFolder = join(projectRoot, "user/programs");
/** Longest name in a module entry (`MODULE_NAME_BYTES`), less the closing NUL and room for "-64". */
const MAX_NAME_LENGTH = 44;

/** What `nitros boot` runs when it is given no program: what a memory manager is for, in the order of the specification. */
export const DEFAULT_TOUR: readonly string[] = [
  ...["hello", "heap-growth", "fork-tree", "consumer", "producer"],
  ...["file-server", "file-reader", "file-reader", "driver", "bad-citizen", "hog"],
];

/** A program to be compiled. Programs of one boot with the same `source` have the same `name`, and no others do. */
export interface ProgramSource {
  readonly name: string;
  /** Absolute path of the TypeScript file. */
  readonly source: string;
}

export interface BundledProgram extends ProgramSource {
  /** First sentence of the file's doc comment. */
  readonly summary: string;
}

/** The programs that come with the project, in order of name. */
export function bundledPrograms(): BundledProgram[] {
  if (!existsSync(bundledFolder)) return [];
  const files = readdirSync(bundledFolder).filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts"));
  return files.sort().map((file) => {
    const source = join(bundledFolder, file);
    return { name: basename(file, ".ts"), source, summary: firstSentence(readFileSync(source, "utf8")) };
  });
}

/** The first sentence of the first doc comment of a source text; empty if it has none. */
export function firstSentence(text: string): string {
  const comment = /\/\*\*([\s\S]*?)\*\//.exec(text)?.[1];
  if (comment === undefined) return "";
  const prose = comment
    .replace(/^[ \t]*\*? ?/gm, "")
    .replace(/\s+/g, " ")
    .trim();
  return /^.*?[.!?](?= |$)/.exec(prose)?.[0] ?? prose;
}

/** Finds the programs that the arguments name: bundled names, or paths of TypeScript files. Duplicates are kept. */
export function findPrograms(args: readonly string[]): ProgramSource[] {
  const sources = (args.length > 0 ? args : DEFAULT_TOUR).map(findSource);
  const names = new Map<string, string>();
  for (const source of sources) if (!names.has(source)) names.set(source, freeName(source, [...names.values()]));
  return sources.map((source) => ({ name: names.get(source)!, source }));
}

function findSource(arg: string): string {
  if (isPath(arg)) return findFile(arg);
  const bundled = bundledPrograms();
  const found = bundled.find(({ name }) => name === arg);
  if (found !== undefined) return found.source;
  const hint = nearest(
    arg,
    bundled.map(({ name }) => name),
  );
  const suggestion = hint === undefined ? "`nitros programs` lists them." : `Did you mean ${hint}?`;
  throw new UsageError(`there is no bundled program ${JSON.stringify(arg)}. ${suggestion}`);
}

function isPath(arg: string): boolean {
  return arg.endsWith(".ts") || arg.includes("/") || arg.includes("\\");
}

function findFile(arg: string): string {
  const path = resolve(arg);
  if (!existsSync(path)) throw new UsageError(`there is no file ${path}`);
  if (!statSync(path).isFile()) throw new UsageError(`${path} is not a file`);
  if (!path.endsWith(".ts")) throw new UsageError(`${path} is not TypeScript: a program's file name ends in .ts`);
  return path;
}

/** A name that fits a FAT file, a module entry and boot.cfg, and that no other source has (FAT ignores case). */
function freeName(source: string, taken: readonly string[]): string {
  const safe = basename(source, ".ts")
    .replace(/[^A-Za-z0-9._-]/g, "-")
    .replace(/^[^A-Za-z0-9]+/, "");
  const wanted = safe.slice(0, MAX_NAME_LENGTH) || "program";
  const lowered = new Set(taken.map((name) => name.toLowerCase()));
  let name = wanted;
  for (let serial = 2; lowered.has(name.toLowerCase()); serial++) name = `${wanted}-${serial}`;
  return name;
}
