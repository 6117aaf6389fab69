import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { BenchMachineName } from "../cli/values.ts";
import { TICKS_AN_INSTRUCTION } from "../machine/qemu/command-line.ts";
import { bootQemu } from "../machine/qemu/index.ts";
import { projectRoot } from "../tools/build/assemblyscript.ts";
import { buildMeasuredKernel, buildMetalProgram } from "../tools/build/metal.ts";
import { requireMetalTools } from "../tools/native-tools.ts";
import type { Figure } from "./figure.ts";
import { readBenchLines } from "./lines.ts";
import { benchRequest } from "./request.ts";
import type { BenchResult } from "./result.ts";
import { INITIATOR, nameWith, RESPONDER, SHOOTDOWN_CPUS } from "./spaces-table.ts";

/**
 * `nitros bench shootdown`: a page that goes while other CPUs have its space loaded. Programs cannot bring that about yet: `platform/bench/shootdown.ts` says how it is done. With
 * -icount the clock counts the instructions of all CPUs. What is zeroed and copied is the same with and without the others.
 */
const ENTRY = "platform/bench/shootdown.ts";
const PROGRAM = "user/bench/shootdown.ts";
const MEMORY_BYTES = 2 ** 29;
/** QEMU runs the CPUs in turns, and the firmware, too, has them all. */
const TIMEOUT_SECONDS = 900;

export async function benchShootdown(machines: readonly BenchMachineName[]): Promise<BenchResult[]> {
  if (!machines.includes("qemu")) return [];
  requireMetalTools();
  const found: BenchResult[] = [];
  for (const cpus of SHOOTDOWN_CPUS) {
    const lines = readBenchLines(await measured(cpus), TICKS_AN_INSTRUCTION);
    const responder = lines.get("responder")!;
    const initiator = lines.get("together")! - lines.get("alone")! - (cpus - 1) * responder;
    found.push(result(INITIATOR, cpus, initiator), result(RESPONDER, cpus, responder));
  }
  return found;
}

/** Linux cannot be asked in the same run: with -icount its second CPU never comes up. */
function result(number: Figure, cpus: number, value: number): BenchResult {
  const found = { name: nameWith(number, cpus), machine: "qemu", unit: `instructions/${number.per}`, value };
  if (cpus !== 2) return { ...found, peers: {} };
  return { ...found, peers: { "Linux 6.1 (recorded)": number.recorded! }, target: number.target };
}

async function measured(cpus: number): Promise<string> {
  process.stderr.write(`measuring: qemu, shootdown with ${cpus} CPUs…\n`);
  const kernel = readFileSync(await buildMeasuredKernel({ entry: ENTRY, steps: "usual" }));
  const programs = [{ name: "shootdown", image: await buildMetalProgram(join(projectRoot, PROGRAM)) }];
  const said: Uint8Array[] = [];
  const observer = { console: (bytes: Uint8Array) => void said.push(bytes), records() {} };
  const request = { ...benchRequest(programs, MEMORY_BYTES), cpus, timeoutSeconds: TIMEOUT_SECONDS };
  const { status, message } = await bootQemu(request, observer, { kernel, clocking: "by-instructions" });
  const text = Buffer.concat(said).toString("utf8");
  if (status !== 0)
    throw new Error(`the measuring program did not end well: status ${status}, ${message ?? ""}\n${text}`);
  return text;
}
