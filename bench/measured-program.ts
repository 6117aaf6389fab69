import { readFileSync } from "node:fs";
import { join } from "node:path";
import { bootEmbedded } from "../machine/embedded/index.ts";
import type { BootObserver, BootResult } from "../machine/machine.ts";
import { TICKS_AN_INSTRUCTION } from "../machine/qemu/command-line.ts";
import { bootQemu } from "../machine/qemu/index.ts";
import { projectRoot } from "../tools/build/assemblyscript.ts";
import { buildEmbeddedProgram } from "../tools/build/embedded.ts";
import { buildMeasuredKernel, buildMetalProgram, type MeasuredKernel } from "../tools/build/metal.ts";
import { readBenchLines } from "./lines.ts";
import { tellApartAll, type Instructions } from "./net.ts";
import { benchRequest } from "./request.ts";

/** A program that measures, in `user/bench/`, and for Linux in `bench/linux/`. */
export type MeasuringProgram = "spaces" | "syscalls";

function sourceOf(program: MeasuringProgram): string {
  return join(projectRoot, `user/bench/${program}.ts`);
}

/** Accesses to memory an operation, on the embedded machine. */
export async function accessesOf(program: MeasuringProgram): Promise<Map<string, number>> {
  process.stderr.write(`measuring: embedded, ${program}…\n`);
  const programs = [{ name: program, image: await buildEmbeddedProgram(sourceOf(program)) }];
  return readBenchLines(await saidBy((observer) => bootEmbedded(benchRequest(programs, MEMORY_BYTES), observer, {})));
}

/** Instructions an operation, of our kernel on metal. */
export async function kernelInstructions(program: MeasuringProgram): Promise<Map<string, Instructions>> {
  return tellApartAll(await kernelTicks(program, "usual"), await kernelTicks(program, "eightfold"));
}

/** The same with the steps of zeroing and copying, as many as these. */
export async function kernelTicks(
  program: MeasuringProgram,
  steps: MeasuredKernel["steps"],
): Promise<Map<string, number>> {
  process.stderr.write(`measuring: qemu, ${program}, zeroing by ${steps === "usual" ? "words" : "bytes"}…\n`);
  const programs = [{ name: program, image: await buildMetalProgram(sourceOf(program)) }];
  const kernel = readFileSync(await buildMeasuredKernel({ steps }));
  const clocking = "by-instructions";
  const request = benchRequest(programs, MEMORY_BYTES);
  return readBenchLines(
    await saidBy((observer) => bootQemu(request, observer, { kernel, clocking })),
    TICKS_AN_INSTRUCTION,
  );
}

async function saidBy(boot: (observer: BootObserver) => Promise<BootResult>): Promise<string> {
  const said: Uint8Array[] = [];
  const { status, message } = await boot({ console: (bytes) => void said.push(bytes), records() {} });
  const text = Buffer.concat(said).toString("utf8");
  if (status !== 0)
    throw new Error(`the measuring program did not end well: status ${status}, ${message ?? ""}\n${text}`);
  return text;
}

const MEMORY_BYTES = 2 ** 30;
