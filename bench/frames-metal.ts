import { readFileSync } from "node:fs";
import { TICKS_AN_INSTRUCTION } from "../machine/qemu/command-line.ts";
import { bootQemu } from "../machine/qemu/index.ts";
import { buildMeasuredKernel, type MeasuredKernel } from "../tools/build/metal.ts";
import { requireMetalTools } from "../tools/native-tools.ts";
import { BULK, ORDER9, PAIR, RANDOM, type FramesNumber } from "./frames-table.ts";
import { readBenchLines } from "./lines.ts";
import { tellApartAll, type Instructions } from "./net.ts";
import { benchRequest } from "./request.ts";
import type { BenchResult } from "./result.ts";

/**
 * Frames on metal: the kernel boots in QEMU with `platform/bench/metal.ts` in place of its programs, and measures itself by the
 * time-stamp counter, which counts instructions.
 */
const ENTRY = "platform/bench/metal.ts";
/** As the kernel's own, and 2^15 handles of 8 bytes more. */
const PAGES = 32;
const MEMORY_BYTES = 2 ** 29;
const WORKLOADS: Readonly<Record<string, FramesNumber>> = { pair: PAIR, bulk: BULK, random: RANDOM, order9: ORDER9 };

export async function benchMetal(): Promise<BenchResult[]> {
  requireMetalTools();
  const byWords = await measured({ entry: ENTRY, pages: PAGES, steps: "usual" });
  const byBytes = await measured({ entry: ENTRY, pages: PAGES, steps: "eightfold" });
  const instructions = tellApartAll(byWords, byBytes);
  return Object.entries(WORKLOADS).map(([workload, number]) =>
    result(number, instructions.get(`kernel.${workload}`)!, instructions.get(`stack.${workload}`)!),
  );
}

async function measured(kernel: MeasuredKernel): Promise<Map<string, number>> {
  process.stderr.write(`measuring: qemu, frames, zeroing by ${kernel.steps === "usual" ? "words" : "bytes"}…\n`);
  const image = readFileSync(await buildMeasuredKernel(kernel));
  const said: Uint8Array[] = [];
  const observer = { console: (bytes: Uint8Array) => void said.push(bytes), records() {} };
  const { status, message } = await bootQemu(benchRequest([], MEMORY_BYTES), observer, {
    kernel: image,
    clocking: "by-instructions",
  });
  const text = Buffer.concat(said).toString("utf8");
  const lines = readBenchLines(text, TICKS_AN_INSTRUCTION);
  if (status !== 0 || lines.size !== 2 * Object.keys(WORKLOADS).length)
    throw new Error(`the bench kernel did not end well: status ${status}, ${message ?? "no message"}\n${text}`);
  return lines;
}

function result(
  { name, target, recorded }: FramesNumber,
  { net, rep }: Instructions,
  stack: Instructions,
): BenchResult {
  return {
    name,
    machine: "qemu",
    unit: "instructions, net",
    value: net,
    rep,
    peers: { stack: stack.net, ...recorded },
    target,
  };
}
