import { readFileSync } from "node:fs";
import { compileAssemblyScript } from "../../tools/build/assemblyscript.ts";

/** A part of the kernel, compiled by itself for a test. */
export interface KernelPart {
  /** An AssemblyScript file that exports what the test calls, from the project's root. */
  readonly entry: string;
  readonly platform: "embedded" | "metal";
  /** A folder, from the project's root, where imports are looked for first. */
  readonly before?: string;
  /** Constants that asc is to define: a debug build. */
  readonly use?: readonly string[];
}

/** Compiles once; the sources say when that must be done again. */
export async function compileKernelPart(part: KernelPart): Promise<WebAssembly.Module> {
  const variant = [part.platform, ...(part.use ?? [])].join("-");
  const bulk = part.platform === "embedded" ? ["--enable", "bulk-memory"] : [];
  const wasm = await compileAssemblyScript({
    entry: part.entry,
    output: `tests/${part.entry.replace(/\.ts$/, "").replaceAll("/", "-")}-${variant}.wasm`,
    paths: [...(part.before === undefined ? [] : [part.before]), `platform/${part.platform}`],
    flags: [...bulk, ...(part.use ?? []).flatMap((constant) => ["--use", constant])],
    allowedImports: (name) => name === "env.abort" || part.platform === "metal" || name.startsWith("host."),
  });
  return new WebAssembly.Module(readFileSync(wasm));
}

/** Any exported function. The numbers it returns are unsigned, however WebAssembly sees them. */
export type KernelFunction = (...args: (number | bigint)[]) => number | bigint;

export interface KernelInstance {
  readonly functions: Readonly<Record<string, KernelFunction>>;
  readonly memory: WebAssembly.Memory;
  /** Whole trace records that it has written, one after another. */
  readonly records: Uint8Array[];
}

/** The kernel did what no machine lets pass: its words, and the values that it gave. */
export class KernelStopped extends Error {
  override readonly name = "KernelStopped";
}

/** What a test puts in the place of platform functions, as "module.name". */
export type Replacements = Readonly<Record<string, (...args: never[]) => unknown>>;

/** Starts a compiled part. Imports that the test does not replace stop the kernel with a named error. */
export function startKernelPart(module: WebAssembly.Module, replacements: Replacements = {}): KernelInstance {
  const records: Uint8Array[] = [];
  const known: Replacements = {
    "env.abort": (message: number, file: number, line: number) => {
      throw new KernelStopped(`assertion at ${readText(memory(), file)}:${line}: ${readText(memory(), message)}`);
    },
    "host.recordsWrite": (from: number, length: number) => {
      records.push(new Uint8Array(memory().buffer.slice(from, from + length)));
    },
    ...replacements,
  };
  const instance = new WebAssembly.Instance(module, importsOf(module, known));
  const memory = () => instance.exports["memory"] as WebAssembly.Memory;
  return { functions: unsigned(instance.exports), memory: memory(), records };
}

function importsOf(module: WebAssembly.Module, known: Replacements): WebAssembly.Imports {
  const imports: Record<string, Record<string, WebAssembly.ImportValue>> = {};
  for (const { module: group, name } of WebAssembly.Module.imports(module)) {
    const stop = (...values: unknown[]) => {
      throw new KernelStopped(`${group}.${name}(${values.map(hexadecimal).join(", ")})`);
    };
    (imports[group] ??= {})[name] = (known[`${group}.${name}`] ?? stop) as WebAssembly.ImportValue;
  }
  return imports;
}

function hexadecimal(value: unknown): string {
  return typeof value === "bigint" ? `0x${BigInt.asUintN(64, value).toString(16)}` : String(value);
}

function unsigned(exported: WebAssembly.Exports): Record<string, KernelFunction> {
  const functions: Record<string, KernelFunction> = {};
  for (const [name, value] of Object.entries(exported)) {
    if (typeof value !== "function") continue;
    functions[name] = (...args) => {
      const result = (value as KernelFunction)(...args);
      return typeof result === "bigint" ? BigInt.asUintN(64, result) : (result ?? 0) >>> 0;
    };
  }
  return functions;
}

/** A string that the kernel returned: UTF-16, its length in bytes in the four bytes before it. */
export function readText(memory: WebAssembly.Memory, at: number): string {
  if (at === 0) return "";
  const bytes = new DataView(memory.buffer).getUint32(at - 4, true);
  return new TextDecoder("utf-16le").decode(new Uint8Array(memory.buffer, at, bytes));
}
