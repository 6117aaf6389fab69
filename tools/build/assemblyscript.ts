import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { makeStamped, stampOf } from "./stamped.ts";
import { runWarm } from "./warm.ts";

/** The folder that holds package.json. */
export const projectRoot = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
/** Everything that a build makes; may be deleted at any time. */
export const buildFolder = join(projectRoot, "build");

export interface CompileRequest {
  /** The AssemblyScript entry file, absolute or from the project's root. */
  readonly entry: string;
  /** Where the wasm goes, from `build/`. */
  readonly output: string;
  /** Folders in which bare imports such as "platform" are looked up (asc's --path), from the project's root. */
  readonly paths?: readonly string[];
  /** Further asc flags, such as ["--initialMemory", "32"]. */
  readonly flags?: readonly string[];
  /** The imports that the wasm may have, as "module.name". Anything else fails the build. */
  readonly allowedImports: ReadonlySet<string> | ((name: string) => boolean);
}

/** The source does not compile, or imports something unknown. `message` holds the compiler's own words. */
export class CompileError extends Error {
  override readonly name = "CompileError";
}

/**
 * Compiles AssemblyScript to WebAssembly and returns the path of the wasm file. Does nothing when the sources that the last
 * compilation read, the flags and the compiler are what they were.
 */
export async function compileAssemblyScript(request: CompileRequest): Promise<string> {
  const output = join(buildFolder, request.output);
  const key = stampKey(ascArguments(request, output));
  if (isFresh(stampOf([output]), key)) return output;
  await makeStamped([output], async (draft) => {
    const { error, diagnostics, sources } = await runWarm<AscReport>("asc", ascArguments(request, draft!));
    if (error) throw new CompileError(`${request.entry} does not compile:\n${(diagnostics || error).trim()}`);
    refuseUnknownImports(request, draft!);
    return JSON.stringify({ key, sources } satisfies Stamp);
  });
  return output;
}

interface AscReport {
  readonly error?: string;
  readonly diagnostics: string;
  readonly sources: Readonly<Record<string, string>>;
}

function ascArguments(request: CompileRequest, output: string): string[] {
  const entry = isAbsolute(request.entry) ? request.entry : join(projectRoot, request.entry);
  const args = [relative(projectRoot, entry), "--baseDir", projectRoot, "--outFile", relative(projectRoot, output)];
  // asc silently picks up an asconfig.json of the working folder; this names one that does not exist.
  args.push("--config", "none", "-O3", "--debug", "--runtime", "stub", "--disable", "bulk-memory");
  for (const path of request.paths ?? []) args.push("--path", join(projectRoot, path));
  return [...args, ...(request.flags ?? [])];
}

function refuseUnknownImports(request: CompileRequest, file: string): void {
  const allowed = request.allowedImports;
  const isAllowed = typeof allowed === "function" ? allowed : (name: string) => allowed.has(name);
  const wasm = new WebAssembly.Module(readFileSync(file));
  const unknown = WebAssembly.Module.imports(wasm)
    .map(({ module, name }) => `${module}.${name}`)
    .filter((name) => !isAllowed(name));
  if (unknown.length === 0) return;
  throw new CompileError(`${request.entry} imports what no machine provides: ${unknown.join(", ")}`);
}

interface Stamp {
  readonly key: string;
  /** The files that the compiler read, with what they held. */
  readonly sources: Readonly<Record<string, string>>;
}

function isFresh(stamp: string | undefined, key: string): boolean {
  if (stamp === undefined) return false;
  const made = JSON.parse(stamp) as Stamp;
  if (made.key !== key) return false;
  return Object.entries(made.sources).every(
    ([path, hash]) => existsSync(path) && digest(readFileSync(path, "utf8")) === hash,
  );
}

function stampKey(args: readonly string[]): string {
  const compiler = readFileSync(join(projectRoot, "node_modules/assemblyscript/package.json"), "utf8");
  return digest(JSON.stringify([args, compiler]));
}

export function digest(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}
