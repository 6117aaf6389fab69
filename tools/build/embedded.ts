import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compileAssemblyScript, digest, projectRoot } from "./assemblyscript.ts";
import { declaredImports } from "./declared-imports.ts";
import { SegmentFlag, roundUp, writeElf, type ElfSegment } from "./elf.ts";
import { fileNameOf, flagsOf, type KernelBuild } from "./kernel-flags.ts";
import { withManifestOf } from "./manifest.ts";
import * as programs from "./programs.ts";
import { makeIfStale } from "./stamped.ts";
import { runWarm } from "./warm.ts";

/** e_machine of the embedded machine's images. */
export const EMBEDDED_MACHINE = 0x4157;
/** "NITRWASM": in front of WebAssembly that lies in a text segment, with its length in bytes as a u64. */
export const TEXT_MAGIC = 0x4d53_4157_5254_494en;
export const TEXT_HEADER_BYTES = 16;

/** Mutable globals of a program are exported by this and a number, for machine/embedded/program.ts to copy. No name of a program has a colon. */
export const MUTABLE_GLOBAL = "mutable:";

const KERNEL_SEGMENT_BYTES = 2 * 1024 * 1024;

export interface EmbeddedKernel {
  /** Path of the WebAssembly that the machine runs. */
  readonly wasm: string;
  /** Path of the image that the boot agent loads: its text holds that WebAssembly. */
  readonly elf: string;
}

const KERNEL_ENTRY = "platform/embedded/entry.ts";

/** Builds the kernel for the embedded machine. `entry` is another than the kernel's only in tests of the machine. */
export async function buildEmbeddedKernel(
  entry = KERNEL_ENTRY,
  build: KernelBuild = "usual",
): Promise<EmbeddedKernel> {
  const isKernel = entry === KERNEL_ENTRY;
  const name = isKernel ? fileNameOf(build) : `kernel-${digest(entry).slice(0, 8)}`;
  const wasm = await compileAssemblyScript({
    entry,
    output: `embedded/${name}.wasm`,
    paths: ["platform/embedded"],
    flags: [...(isKernel ? flagsOf(build) : ["--use", "abort="]), "--enable", "bulk-memory"],
    allowedImports: hostImports(),
  });
  return wrapKernel(wasm);
}

/** Makes the image of the kernel that was compiled to the file `wasm`, beside it. */
export async function wrapKernel(wasm: string): Promise<EmbeddedKernel> {
  const elf = wasm.replace(/wasm$/, "elf");
  const stamp = digest(readFileSync(wasm));
  await makeIfStale([elf], stamp, (draft) => writeFileSync(draft!, kernelImage(readFileSync(wasm))));
  return { wasm, elf };
}

/** The golden list of the embedded kernel's imports: what platform/embedded/model/host.ts declares. */
export function hostImports(): ReadonlySet<string> {
  return new Set(declaredImports("platform/embedded/model/host.ts"));
}

function kernelImage(wasm: Uint8Array): Uint8Array {
  const { READ, WRITE, EXECUTE, SEALED } = SegmentFlag;
  const contents = [withTextHeader(wasm), new Uint8Array(0), new Uint8Array(0), new Uint8Array(0)];
  const flags = [READ | EXECUTE, READ, READ | WRITE | SEALED, READ | WRITE];
  return image(flags.map((flag, index) => ({ flags: flag, contents: contents[index]!, bytes: 1 })), KERNEL_SEGMENT_BYTES);
}

/** Builds a user program for the embedded machine; returns its ELF file. */
export async function buildEmbeddedProgram(sourcePath: string): Promise<Uint8Array> {
  const wasm = await programs.compileProgram(sourcePath);
  const output = programs.programOutput("embedded", sourcePath, "wasm");
  await asyncify(wasm, output);
  return withManifestOf(sourcePath, programImage(readFileSync(output)));
}

/** Wraps a program's WebAssembly (after asyncify) as platform/CONTRACT.md says. */
export function programImage(wasm: Uint8Array): Uint8Array {
  const { READ, WRITE, EXECUTE } = SegmentFlag;
  const none = new Uint8Array(0);
  const text = wholeUnits(withTextHeader(wasm));
  const dataBytes = programs.START_DATA_BYTES + programs.PROGRAM_MEMORY_PAGES * programs.WASM_PAGE_BYTES;
  const parts = [
    { flags: READ | EXECUTE, contents: text, bytes: 1 },
    { flags: READ, contents: new Uint8Array(programs.SEGMENT_UNIT_BYTES), bytes: 1 },
    { flags: READ | WRITE, contents: none, bytes: dataBytes },
  ];
  return image(parts, programs.SEGMENT_UNIT_BYTES);
}

function withTextHeader(wasm: Uint8Array): Uint8Array {
  const text = new Uint8Array(TEXT_HEADER_BYTES + wasm.length);
  const view = new DataView(text.buffer);
  view.setBigUint64(0, TEXT_MAGIC, true);
  view.setBigUint64(8, BigInt(wasm.length), true);
  text.set(wasm, TEXT_HEADER_BYTES);
  return text;
}

interface Part {
  readonly flags: number;
  readonly contents: Uint8Array;
  /** At least this many bytes of memory. */
  readonly bytes: number;
}

/** Segments one after the other from address 0, each a multiple of `unit`; the entry is where text begins. */
function image(parts: readonly Part[], unit: number): Uint8Array {
  let virtual = 0;
  const segments = parts.map(({ flags, contents, bytes }): ElfSegment => {
    const memoryBytes = roundUp(Math.max(contents.length, bytes), unit);
    const segment = { flags, virtual, contents, memoryBytes, alignment: unit };
    virtual += memoryBytes;
    return segment;
  });
  return writeElf({ machine: EMBEDDED_MACHINE, entry: 0, segments });
}

/** As the metal linker script has it: what is only read is mapped from the file, whose pages must be the segment's alone. */
function wholeUnits(contents: Uint8Array): Uint8Array {
  const whole = new Uint8Array(roundUp(contents.length, programs.SEGMENT_UNIT_BYTES));
  whole.set(contents);
  return whole;
}

async function asyncify(input: string, output: string): Promise<void> {
  const script = join(projectRoot, "tools/build/asyncify-run.mjs");
  const stamp = digest(digest(readFileSync(input)) + digest(readFileSync(script)));
  await makeIfStale([output], stamp, async (draft) => {
    await runWarm("asyncify", [input, draft!, "machine.*", MUTABLE_GLOBAL]);
  });
}
