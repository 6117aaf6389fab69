import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { BootRequest } from "../../machine/machine.ts";
import { ExitStatus } from "../exit-status.ts";
import { findPrograms } from "../programs.ts";
import { progress } from "../progress.ts";
import { compilePrograms } from "./request.ts";

export interface ImageFlags {
  readonly seed?: bigint;
  readonly aslr: boolean;
}

/** `nitros image FILE`: a disk image that boots a UEFI PC. */
export async function makeImage(file: string, programs: readonly string[], flags: ImageFlags): Promise<number> {
  const sources = findPrograms(programs);
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
  const path = resolve(file);
  await buildBootImage({ kernel, loader, config: composeBootConfig(request), programs: request.programs }, path);
  process.stdout.write(`${path}\n`);
  return ExitStatus.OK;
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
    timeoutSeconds: 0,
  };
}
