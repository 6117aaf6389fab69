import { readFileSync } from "node:fs";
import { join } from "node:path";
import { bootEmbedded } from "../machine/embedded/index.ts";
import type { BootObserver, BootResult, Program } from "../machine/machine.ts";
import { bootQemu } from "../machine/qemu/index.ts";
import { projectRoot } from "../tools/build/assemblyscript.ts";
import { buildEmbeddedProgram } from "../tools/build/embedded.ts";
import { buildMeasuredKernel, buildMetalProgram, type MeasuredKernel } from "../tools/build/metal.ts";
import { readBenchLines } from "./lines.ts";
import { tellApartAll, type Instructions } from "./net.ts";
import { benchRequest } from "./request.ts";

/** Our kernel under `user/bench/spaces.ts`. */
const SOURCE = join(projectRoot, "user/bench/spaces.ts");

/** Accesses to memory an operation, on the embedded machine. */
export async function accessesOf(): Promise<Map<string, number>> {
  process.stderr.write("measuring: embedded, spaces…\n");
  const programs = [{ name: "spaces", image: await buildEmbeddedProgram(SOURCE) }];
  return linesOf((observer) => bootEmbedded(benchRequest(programs, MEMORY_BYTES), observer, {}));
}

export async function kernelInstructions(): Promise<Map<string, Instructions>> {
  const programs = [{ name: "spaces", image: await buildMetalProgram(SOURCE) }];
  return tellApartAll(await measured(programs, { steps: "usual" }), await measured(programs, { steps: "eightfold" }));
}

async function measured(programs: readonly Program[], kernel: MeasuredKernel): Promise<Map<string, number>> {
  process.stderr.write(`measuring: qemu, spaces, zeroing by ${kernel.steps === "usual" ? "words" : "bytes"}…\n`);
  const image = readFileSync(await buildMeasuredKernel(kernel));
  const clocking = "one-nanosecond-an-instruction";
  return linesOf((observer) => bootQemu(benchRequest(programs, MEMORY_BYTES), observer, { kernel: image, clocking }));
}

async function linesOf(boot: (observer: BootObserver) => Promise<BootResult>): Promise<Map<string, number>> {
  const said: Uint8Array[] = [];
  const { status, message } = await boot({ console: (bytes) => void said.push(bytes), records() {} });
  const text = Buffer.concat(said).toString("utf8");
  if (status !== 0)
    throw new Error(`the measuring program did not end well: status ${status}, ${message ?? ""}\n${text}`);
  return readBenchLines(text);
}

const MEMORY_BYTES = 2 ** 30;
