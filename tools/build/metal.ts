import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { requireNativeTools } from "../native-tools.ts";
import { buildFolder, compileAssemblyScript, digest, projectRoot } from "./assemblyscript.ts";
import { declaredImports } from "./declared-imports.ts";
import { fileNameOf, flagsOf, kernelFlags, type KernelBuild } from "./kernel-flags.ts";
import { withManifestOf } from "./manifest.ts";
import { compileProgram, PROGRAM_MEMORY_PAGES, programFileName, WASM_PAGE_BYTES } from "./programs.ts";
import { runNative } from "./native-run.ts";
import { makeIfStale } from "./stamped.ts";
import { wasmToC } from "./wasm2c.ts";

/**
 * 64 KiB pages of linear memory: with the native data beside it, it fills one 2 MiB page. The kernel's frame table and page tables are
 * elsewhere, in physical memory.
 */
const KERNEL_PAGES = 24;
const KERNEL_ENTRY = "kernel/kernel.ts";

/** Builds the kernel for x86-64; returns the path of its ELF file. */
export function buildMetalKernel(build: KernelBuild = "usual"): Promise<string> {
  return buildKernel({ name: fileNameOf(build), ascFlags: flagsOf(build) });
}

/** What of a kernel that benches measure is not the usual. */
export interface MeasuredKernel {
  /** Other entry points. */
  readonly entry?: string;
  /** 64 KiB pages of linear memory. */
  readonly pages?: number;
  /** With "eightfold", zeroing and copying take eight times as many steps: bench/net.ts. */
  readonly steps: "usual" | "eightfold";
}

export function buildMeasuredKernel({ entry = KERNEL_ENTRY, pages = KERNEL_PAGES, steps }: MeasuredKernel): Promise<string> {
  const name = entry === KERNEL_ENTRY ? "kernel" : `kernel-${digest(entry).slice(0, 8)}`;
  if (steps === "usual") return buildKernel({ name, entry, pages });
  return buildKernel({ name, suffix: `-${steps}`, entry, pages, clangFlags: ["-DEIGHTFOLD"] });
}

interface KernelRequest {
  /** Of what asc and wasm2c make. */
  readonly name: string;
  /** Of the ELF file's name, behind that. */
  readonly suffix?: string;
  readonly entry?: string;
  readonly pages?: number;
  readonly ascFlags?: readonly string[];
  readonly clangFlags?: readonly string[];
}

async function buildKernel(request: KernelRequest): Promise<string> {
  const { name, suffix = "", entry = KERNEL_ENTRY, pages = KERNEL_PAGES } = request;
  const { ascFlags = kernelFlags, clangFlags = [] } = request;
  requireNativeTools("clang", "ld.lld");
  const wasm = await compileAssemblyScript({
    entry,
    output: `metal/${name}.wasm`,
    paths: ["platform/metal"],
    flags: [...ascFlags, "--initialMemory", `${pages}`, "--maximumMemory", `${pages}`],
    allowedImports: platformImports(),
  });
  const { cPath } = await wasmToC(wasm, `metal/${name}`, "kernel");
  return link({
    name: name + suffix,
    wasmC: cPath,
    pages,
    sources: ["metal/kernel/kernel.c", "metal/kernel/entry.S"],
    script: "metal/kernel/kernel.ld",
    flags: ["-mgeneral-regs-only", ...clangFlags],
  });
}

/** Builds a user program for ring 3; returns its ELF file. */
export async function buildMetalProgram(sourcePath: string): Promise<Uint8Array> {
  requireNativeTools("clang", "ld.lld");
  const name = `programs/${programFileName(sourcePath)}`;
  const wasm = await compileProgram(sourcePath);
  const { cPath } = await wasmToC(wasm, `metal/${name}`, "program");
  const elf = await link({
    name,
    wasmC: cPath,
    pages: PROGRAM_MEMORY_PAGES,
    sources: ["metal/program/program.c"],
    script: "metal/program/program.ld",
    // Roots and (SSE 4.1) rounding are single instructions then, not calls of a library that is not there.
    // Loads that nobody uses are made all the same, since on the embedded machine they may trap.
    flags: ["-march=x86-64-v2", "-fno-math-errno", "-DWASM_UNUSED_LOADS_TRAP=1"],
  });
  return withManifestOf(sourcePath, readFileSync(elf));
}

/** The imports that a metal kernel may have: what the platform's files declare, "file.function". */
export function platformImports(): ReadonlySet<string> {
  const folder = "platform/metal/platform";
  return new Set(readdirSync(join(projectRoot, folder)).flatMap((file) => declaredImports(join(folder, file))));
}

interface LinkRequest {
  readonly name: string;
  /** wasm2c's output, which the first source includes. */
  readonly wasmC: string;
  readonly pages: number;
  readonly sources: readonly string[];
  readonly script: string;
  readonly flags: readonly string[];
}

function compilerArguments({ wasmC, pages, flags }: LinkRequest): string[] {
  return [
    ...["--target=x86_64-unknown-none-elf", "-std=gnu11", "-O2", "-Wall", "-Werror", "-Wno-unused", "-Wno-infinite-recursion"],
    ...["-I", join(projectRoot, "metal"), "-ffreestanding", "-nostdlibinc", "-fPIE", "-fvisibility=hidden"],
    ...["-mno-red-zone", "-fno-strict-aliasing", "-fno-stack-protector", "-fno-delete-null-pointer-checks"],
    "-fomit-frame-pointer",
    // Recursion without end must meet the guard page: it must not become a loop, nor jump the page with a large frame. By
    // -Xclang, because for a target without an operating system the driver drops the option, and says nothing.
    ...["-fno-optimize-sibling-calls", "-Xclang", "-fstack-clash-protection", "-fno-asynchronous-unwind-tables"],
    ...[`-DLINEAR_MEMORY_PAGES=${pages}`, `-DWASM_C="${wasmC}"`, ...flags],
  ];
}

/** A static position-independent executable; `-z text` refuses relocations of text, and R_X86_64_RELATIVE is all that is left. */
function linkerArguments({ script, pages }: LinkRequest): string[] {
  return [
    ...["-pie", "-static", "--no-dynamic-linker", "-z", "text", "-z", "rodynamic", "-z", "norelro"],
    ...["-z", "max-page-size=4096", "-z", "nognustack", "--hash-style=sysv", "--build-id=none", "--fatal-warnings"],
    ...["--no-undefined", `--defsym=linear_bytes=${pages * WASM_PAGE_BYTES}`, "-T", join(projectRoot, script)],
  ];
}

async function link(request: LinkRequest): Promise<string> {
  const output = join(buildFolder, "metal", `${request.name}.elf`);
  await makeIfStale([output], linkStamp(request), (draft) => compileAndLink(request, draft!));
  return output;
}

async function compileAndLink(request: LinkRequest, elf: string): Promise<void> {
  const tools = requireNativeTools("clang", "ld.lld");
  const objects = request.sources.map((source) => `${elf}.${basename(source)}.o`);
  try {
    for (const [i, source] of request.sources.entries()) {
      await runNative(tools.clang, [...compilerArguments(request), "-c", join(projectRoot, source), "-o", objects[i]!]);
    }
    await runNative(tools["ld.lld"], [...linkerArguments(request), ...objects, "-o", elf]);
  } finally {
    for (const object of objects) rmSync(object, { force: true });
  }
}

/** Everything that the link depends on: arguments, wasm2c's output, and all of `metal/`. */
function linkStamp(request: LinkRequest): string {
  const args = [compilerArguments(request), linkerArguments(request), request.sources];
  const hash = createHash("sha256").update(JSON.stringify(args)).update(readFileSync(request.wasmC));
  const metal = join(projectRoot, "metal");
  for (const file of (readdirSync(metal, { recursive: true }) as string[]).sort()) {
    if (/\.(c|h|S|ld)$/.test(file)) hash.update(file).update(readFileSync(join(metal, file)));
  }
  return hash.digest("hex");
}
