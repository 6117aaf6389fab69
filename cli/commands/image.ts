import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { BootRequest } from "../../machine/machine.ts";
import { ExitStatus, UsageError } from "../exit-status.ts";
import { findPrograms } from "../programs.ts";
import { progress } from "../progress.ts";
import { compilePrograms } from "./request.ts";

export interface ImageFlags {
  readonly seed?: bigint;
  readonly aslr: boolean;
}

/** `nitros image FILE`: a disk image that boots a UEFI PC. */
export async function makeImage(file: string, programs: readonly string[], flags: ImageFlags): Promise<number> {
  const path = resolve(file);
  refuseTarget(path);
  const sources = findPrograms(programs);
  (await import("../../tools/native-tools.ts")).requireMetalTools();
  const [{ buildMetalKernel, buildMetalProgram }, { buildLoaderEfi }, { buildBootImage }, { composeBootConfig }] =
    await Promise.all([
      import("../../tools/build/metal.ts"),
      import("../../tools/build/loader.ts"),
      import("../../tools/build/image.ts"),
      import("../../machine/boot-config.ts"),
    ]);
  const metal = { buildProgram: buildMetalProgram };
  const request = imageRequest(await compilePrograms(metal, sources), flags);
  progress("compiling kernel and boot agent");
  const kernel = readFileSync(await buildMetalKernel());
  const loader = readFileSync(await buildLoaderEfi());
  await buildBootImage({ kernel, loader, config: composeBootConfig(request), programs: request.programs }, path);
  process.stdout.write(`${path}\n`);
  return ExitStatus.OK;
}

/** Before anything is compiled: an image is a file, or a disk, in a folder that exists. */
function refuseTarget(path: string): void {
  if (!existsSync(dirname(path))) throw new UsageError(`there is no folder ${dirname(path)}`);
  if (existsSync(path) && statSync(path).isDirectory()) throw new UsageError(`${path} is a folder`);
}

/** A PC has the memory and the processors that it has; the rest as `nitros boot` has it. */
function imageRequest(programs: BootRequest["programs"], flags: ImageFlags): BootRequest {
  return {
    programs,
    memoryBytes: 0,
    cpus: 1,
    numaNodes: 1,
    seed: flags.seed,
    aslr: flags.aslr,
    colour: true,
    trace: false,
    without: [],
    crash: undefined,
    failAllocation: undefined,
    timeoutSeconds: 0,
  };
}
