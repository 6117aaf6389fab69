import { readFileSync } from "node:fs";
import { join } from "node:path";
import { requireNativeTools } from "../native-tools.ts";
import { buildFolder, compileAssemblyScript, digest, projectRoot } from "./assemblyscript.ts";
import { declaredImports } from "./declared-imports.ts";
import { kernelFlags } from "./kernel-flags.ts";
import { platformImports } from "./metal.ts";
import { runNative } from "./native-run.ts";
import { makeIfStale } from "./stamped.ts";
import { wasmToC } from "./wasm2c.ts";

/** 32 MiB of linear memory: the handles of 2^20 frames and more, and above 16 MiB the pages of the heap. */
const LINEAR_PAGES = 512;

/**
 * The builds of `metal/hosted/`:
 * - `measured`: what the kernel on metal is compiled with; zeroing costs nothing, because nothing that is measured
 *   writes to a frame, and so all stay zero;
 * - `copying`: the same, but zeroing is what it is on metal: for what is measured and tried of zeroing and copying;
 * - `address`, `thread`: under sanitizers (address and undefined behaviour; data races), zeroing for real;
 * - `fuzzer`: libFuzzer around the workload `fuzz`, with the first two.
 */
export type HostedVariant = "measured" | "copying" | "address" | "thread" | "fuzzer";

const REALLY_ZERO = "-DZERO_BY(way,at,count)=memset(at,0,4096*(count))";
const variantFlags: Readonly<Record<HostedVariant, readonly string[]>> = {
  measured: ['-DZERO_BY(way,at,count)=__asm__ volatile("":::"memory")'],
  copying: ["-DZERO_BY(way,at,count)=way(at,count)"],
  address: [REALLY_ZERO, "-fsanitize=address,undefined", "-fno-sanitize-recover=all"],
  thread: [REALLY_ZERO, "-fsanitize=thread"],
  // libFuzzer brings a main of its own.
  fuzzer: [REALLY_ZERO, "-fsanitize=fuzzer,address,undefined", "-fno-sanitize-recover=all", "-Dmain=not_main"],
};

/** What metal/hosted/ defines beyond the platform of metal. */
const hostedFiles = ["host", "platform/local", "platform/process"].map((name) => `platform/hosted/${name}.ts`);

const HEADERS = ["dlfcn.h", "pthread.h", "stdio.h", "stdlib.h", "sys/mman.h", "time.h"];

/** Builds the kernel's frames and their workloads as a Linux program; returns its path. */
export async function buildHosted(variant: HostedVariant): Promise<string> {
  const { cPath } = await wasmToC(await compileHosted(), "hosted/frames", "frames");
  const output = join(buildFolder, "hosted", variant);
  const args = compilerArguments(variant, cPath);
  const stamp = digest([...args, ...sources(cPath).map((path) => digest(readFileSync(path)))].join("\n"));
  await makeIfStale([output], stamp, (draft) => compile([...args, "-o", draft!]));
  return output;
}

/** The symbol by which the program's command line knows a workload. */
export function hostedSymbol(workload: string): string {
  return `w2c_frames_${workload}`;
}

/** The workloads and the kernel's frames as WebAssembly, with the imports that a Linux process provides. */
function compileHosted(): Promise<string> {
  return compileAssemblyScript({
    entry: "platform/hosted/entry.ts",
    output: "hosted/frames.wasm",
    paths: ["platform/hosted", "platform/metal"],
    flags: [...kernelFlags, "--initialMemory", `${LINEAR_PAGES}`, "--maximumMemory", `${LINEAR_PAGES}`],
    allowedImports: new Set([...platformImports(), ...hostedFiles.flatMap(declaredImports)]),
  });
}

function sources(cPath: string): string[] {
  const metal = ["hosted/hosted.c", "physical.h", "wasm-rt.h"].map((file) => join(projectRoot, "metal", file));
  return [...metal, cPath];
}

function compilerArguments(variant: HostedVariant, cPath: string): string[] {
  return [
    ...["-std=gnu11", "-O2", "-g", "-Wall", "-Werror", "-Wno-unused", "-fno-strict-aliasing", "-pthread", "-rdynamic"],
    ...["-D_GNU_SOURCE", `-DLINEAR_MEMORY_PAGES=${LINEAR_PAGES}`, `-DWASM_C="${cPath}"`],
    ...["-I", join(projectRoot, "metal"), ...HEADERS.flatMap((header) => ["-include", header])],
    // lld's, because valgrind finds no symbol in what GNU ld makes of a .bss that is aligned to 64 KiB.
    // The peer's allocations are not to be left out, though nothing comes of them.
    ...["-fno-builtin-aligned_alloc", "-fno-builtin-malloc", "-fno-builtin-free"],
    ...["-fuse-ld=lld", ...variantFlags[variant]],
    ...[join(projectRoot, "metal/hosted/hosted.c"), "-ldl"],
  ];
}

async function compile(args: readonly string[]): Promise<void> {
  await runNative(requireNativeTools("clang", "ld.lld").clang, args);
}
