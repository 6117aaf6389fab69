import { readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { CompileError, buildFolder, compileAssemblyScript, digest, projectRoot } from "./assemblyscript.ts";
import { declaredImports } from "./declared-imports.ts";
import { exportedSignature } from "./wasm-signature.ts";

/** What platform/CONTRACT.md says of a program's linear memory and segments: the same on both machines. */
export const PROGRAM_MEMORY_PAGES = 4;
export const WASM_PAGE_BYTES = 64 * 1024;
export const SEGMENT_UNIT_BYTES = 64 * 1024;
/** In front of a program's data segment, for what the machine's start code needs. */
export const START_DATA_BYTES = 64 * 1024;
/** The program's own linear memory starts here; below it the embedded machine keeps the call stack of a suspended program. */
export const PROGRAM_MEMORY_BASE = 64 * 1024;

/** Compiles a user program to the WebAssembly that both machines start from; returns the path of the file. */
export async function compileProgram(sourcePath: string): Promise<string> {
  const wasm = await compileAssemblyScript({
    entry: resolve(projectRoot, sourcePath),
    output: `programs/${programFileName(sourcePath)}.wasm`,
    paths: ["user"],
    flags: programFlags(),
    allowedImports: machineImports(),
  });
  refuseOtherMain(sourcePath, readFileSync(wasm));
  return wasm;
}

function programFlags(): string[] {
  const pages = `${PROGRAM_MEMORY_PAGES}`;
  // Without a shrink level, the optimiser inlines a function that calls itself twice into itself until the build never ends.
  const optimisation = ["--shrinkLevel", "1"];
  const memory = ["--initialMemory", pages, "--maximumMemory", pages, "--memoryBase", `${PROGRAM_MEMORY_BASE}`];
  return [...optimisation, ...memory, "--use", "abort="];
}

/** A file name that two programs of the same name in different folders do not share. */
export function programFileName(sourcePath: string): string {
  const whole = resolve(projectRoot, sourcePath);
  return `${basename(whole, ".ts")}-${digest(whole).slice(0, 8)}`;
}

/** The imports that a program may have: what user/nitros/machine.ts declares. */
export function machineImports(): ReadonlySet<string> {
  return new Set(declaredImports("user/nitros/machine.ts"));
}

function refuseOtherMain(sourcePath: string, wasm: Uint8Array): void {
  const main = exportedSignature(wasm, "main");
  if (main === undefined) throw new CompileError(`${sourcePath} has no main: a program needs "export function main(): i32"`);
  const found = `(${main.parameters.join(", ")}): ${main.results.join(", ") || "void"}`;
  if (found !== "(): i32") {
    throw new CompileError(`${sourcePath} exports main${found}: a program needs "export function main(): i32"`);
  }
}

/** Folder of what is built from programs for one machine. */
export function programOutput(machine: "embedded" | "metal", sourcePath: string, extension: string): string {
  return join(buildFolder, machine, "programs", `${programFileName(sourcePath)}.${extension}`);
}
