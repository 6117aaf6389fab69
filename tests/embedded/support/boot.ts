import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { KernelExports } from "../../../machine/embedded/exports.ts";
import { runMachine } from "../../../machine/embedded/run.ts";
import type { BootResult, HideableFeature } from "../../../machine/machine.ts";
import { buildFolder, digest, projectRoot } from "../../../tools/build/assemblyscript.ts";
import { buildEmbeddedKernel, buildEmbeddedProgram, TEXT_HEADER_BYTES } from "../../../tools/build/embedded.ts";
import { standInAgent } from "./stand-in-agent.ts";

/** Boots of the real kernel on the embedded machine, on this thread, with the boot agent of a page. */
export interface Booted extends BootResult {
  readonly console: string;
  readonly records: Uint8Array;
}

export interface BootChoices {
  readonly memoryBytes?: bigint;
  readonly without?: readonly HideableFeature[];
  readonly crash?: number;
  readonly failAllocation?: number;
  readonly trace?: true;
  readonly seed?: bigint;
  /** RAM that the firmware tells of beyond what the machine has. */
  readonly promisedBytes?: bigint;
  /** Called before the boot agent runs, with all that the machine holds: its RAM and the kernel's own objects. */
  readonly withKernel?: (kernel: KernelExports) => void;
  /** Called with each piece of console output, while the machine stands still. */
  readonly whenItSays?: (text: string) => void;
}

export async function bootSources(
  sources: Readonly<Record<string, string>>,
  choices: BootChoices = {},
): Promise<Booted> {
  const programs = [];
  for (const [name, source] of Object.entries(sources)) programs.push({ name, image: await compileText(name, source) });
  return bootPrograms(programs, choices);
}

/** Compiles a program that a test spells out. The file is named after what it says, so that it is compiled once. */
export async function compileText(name: string, source: string): Promise<Uint8Array> {
  const folder = join(buildFolder, "test/programs", digest(source).slice(0, 12));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.ts`), source);
  return buildEmbeddedProgram(join(folder, `${name}.ts`));
}

/** The WebAssembly in a program's image: its first segment, behind the header that platform/CONTRACT.md describes. */
export function wasmOf(image: Uint8Array): Uint8Array<ArrayBuffer> {
  const elf = Buffer.from(image);
  const text = Number(elf.readBigUInt64LE(Number(elf.readBigUInt64LE(32)) + 8));
  const length = Number(elf.readBigUInt64LE(text + 8));
  return new Uint8Array(elf.subarray(text + TEXT_HEADER_BYTES, text + TEXT_HEADER_BYTES + length));
}

/** Programs of the project, from its root, as the embedded machine takes them. */
export async function buildPrograms(sources: readonly string[]): Promise<{ name: string; image: Uint8Array }[]> {
  return Promise.all(
    sources.map(async (source) => ({
      name: basename(source, ".ts"),
      image: await buildEmbeddedProgram(join(projectRoot, source)),
    })),
  );
}

export async function bootPrograms(
  programs: readonly { readonly name: string; readonly image: Uint8Array }[],
  choices: BootChoices = {},
): Promise<Booted> {
  const { wasm, elf } = await buildEmbeddedKernel();
  const memoryBytes = choices.memoryBytes ?? 64n << 20n;
  const texts: Uint8Array[] = [];
  const records: Uint8Array[] = [];
  const result = runMachine({
    kernelWasm: readFileSync(wasm),
    ram: [
      { start: 0n, end: 0x9_f000n },
      { start: 0x10_0000n, end: memoryBytes },
    ],
    without: choices.without ?? [],
    bootAgent: (host) =>
      standInAgent(host, {
        ...choices,
        kernelElf: readFileSync(elf),
        programs,
        memoryBytes: memoryBytes + (choices.promisedBytes ?? 0n),
      }),
    observer: {
      console: (bytes) => {
        texts.push(bytes);
        choices.whenItSays?.(Buffer.from(bytes).toString("utf8"));
      },
      records: (bytes) => records.push(bytes),
    },
    withKernel: choices.withKernel,
  });
  return { ...result, console: Buffer.concat(texts).toString("utf8"), records: Buffer.concat(records) };
}
