import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { buildFolder, compileAssemblyScript, digest, projectRoot } from "./assemblyscript.ts";
import { declaredImports } from "./declared-imports.ts";
import { requireNativeTools } from "../native-tools.ts";
import { runNative } from "./native-run.ts";
import { makeIfStale } from "./stamped.ts";
import { wasmToC } from "./wasm2c.ts";

/** All that the boot agent may import: what these files declare. */
const firmwareImports = new Set([
  ...declaredImports("loader/firmware.ts"),
  ...declaredImports("platform/metal/platform/processor.ts"),
]);

/** The boot agent as WebAssembly, for the modelled firmware; returns the path of the file. */
export function buildLoaderWasm(): Promise<string> {
  return compileAssemblyScript({
    entry: "loader/main.ts",
    output: "loader/loader.wasm",
    flags: ["--use", "abort="],
    allowedImports: firmwareImports,
  });
}

/** The boot agent for UEFI on x86-64; returns the path of BOOTX64.EFI. */
export async function buildLoaderEfi(): Promise<string> {
  return buildEfiApplication(await buildLoaderWasm(), "loader/BOOTX64.EFI");
}

/** An EFI application from a wasm that imports `loader/firmware.ts` and exports `main(imageHandle, systemTable)`. */
export async function buildEfiApplication(wasmPath: string, output: string): Promise<string> {
  const outputName = output.replace(/\.EFI$/, "");
  const { cPath } = await wasmToC(wasmPath, outputName, "loader");
  const efi = join(buildFolder, output);
  const stamp = digest([...compilerFlags, ...linkerFlags, ...efiSources(cPath).map(fileDigest)].join("\n"));
  await makeIfStale([efi], stamp, (draft) => compileAndLink(cPath, draft!));
  return efi;
}

async function compileAndLink(cPath: string, efi: string): Promise<void> {
  const tools = requireNativeTools("clang", "lld-link");
  const object = `${efi}.obj`;
  try {
    await runNative(tools.clang, [...compilerFlags, `-DMODULE_C="${cPath}"`, "-c", shim, "-o", object]);
    await runNative(tools["lld-link"], [...linkerFlags, `-out:${efi}`, object]);
  } finally {
    rmSync(object, { force: true });
  }
}

const shim = join(projectRoot, "metal/efi.c");

function efiSources(cPath: string): string[] {
  return [shim, join(projectRoot, "metal/wasm-rt.h"), join(projectRoot, "metal/processor.h"), cPath];
}

function fileDigest(path: string): string {
  return digest(readFileSync(path));
}

/** The Windows target has the calling convention of UEFI and no red zone; the probes would call a function that is not there. */
const compilerFlags = [
  ...["--target=x86_64-unknown-windows", "-ffreestanding", "-fshort-wchar", "-mno-stack-arg-probe", "-fno-stack-protector"],
  ...["-O2", "-fno-strict-aliasing", "-Wall", "-Wno-unused", "-DLINEAR_MEMORY_PAGES=1"],
  `-I${join(projectRoot, "metal")}`,
];

/** Without a fixed base, so that lld keeps the relocations by which the firmware moves it. */
const linkerFlags = ["-subsystem:efi_application", "-entry:efi_main", "-nodefaultlib", "-dynamicbase", "-Brepro"];

/** The application that prints the firmware's memory map; returns the path of its EFI file. */
export async function buildMapRecorderEfi(): Promise<string> {
  const wasm = await compileAssemblyScript({
    entry: "loader/record.ts",
    output: "loader/recorder.wasm",
    flags: ["--use", "abort="],
    allowedImports: firmwareImports,
  });
  return buildEfiApplication(wasm, "loader/RECORDER.EFI");
}
