import type { BenchMachineName } from "../cli/values.ts";
import { findNativeTool, requireMetalTools } from "../tools/native-tools.ts";
import type { Figure } from "./figure.ts";
import { linuxInstructions } from "./linux/instructions.ts";
import { accessesOf, kernelInstructions, type MeasuringProgram } from "./measured-program.ts";
import type { Instructions } from "./net.ts";
import type { BenchResult } from "./result.ts";

/**
 * What calls and faults cost a program, and the same program on Linux in the same QEMU. On the embedded machine: accesses to memory. Names and
 * units: docs/ARCHITECTURE.md, "Benches".
 */
export async function benchBesideLinux(
  program: MeasuringProgram,
  figures: readonly Figure[],
  machines: readonly BenchMachineName[],
): Promise<BenchResult[]> {
  const found: BenchResult[] = [];
  if (machines.includes("embedded")) found.push(...(await embedded(program, figures)));
  if (machines.includes("qemu")) found.push(...(await metal(program, figures)));
  return found;
}

async function embedded(program: MeasuringProgram, figures: readonly Figure[]): Promise<BenchResult[]> {
  const accesses = await accessesOf(program);
  return figures.map(({ name, per }) => {
    return { name, machine: "embedded", unit: `accesses/${per}`, value: valueOf(accesses, name), peers: {} };
  });
}

async function metal(program: MeasuringProgram, figures: readonly Figure[]): Promise<BenchResult[]> {
  requireMetalTools();
  const linux = await linuxIfInstalled(program);
  const ours = await kernelInstructions(program);
  return figures.map((figure) => {
    const { name, per, target } = figure;
    const { net, rep } = valueOf(ours, name);
    return {
      name,
      machine: "qemu",
      unit: `instructions/${per}, net`,
      value: net,
      rep,
      peers: peersOf(figure, linux),
      target,
    };
  });
}

function peersOf(
  { name, recorded, isWithoutPeer = false }: Figure,
  linux: ReadonlyMap<string, Instructions>,
): Record<string, number> {
  if (isWithoutPeer) return {};
  return { ...measuredPeer(linux, name), ...(recorded === undefined ? {} : { "Linux 6.1 (recorded)": recorded }) };
}

/** Nothing fails without the peer; who runs the bench is told how to have it. */
async function linuxIfInstalled(program: MeasuringProgram): Promise<ReadonlyMap<string, Instructions>> {
  const { path, package: debian } = findNativeTool("Linux");
  if (path !== undefined) return linuxInstructions(path, program);
  process.stderr.write(`without Linux beside it: apt-get install --no-install-recommends ${debian}\n`);
  return new Map();
}

function measuredPeer(linux: ReadonlyMap<string, Instructions>, name: string): Record<string, number> {
  return linux.size === 0 ? {} : { Linux: valueOf(linux, name).net };
}

function valueOf<Value>(values: ReadonlyMap<string, Value>, name: string): Value {
  const value = values.get(name);
  if (value === undefined) throw new Error(`the program did not measure ${name}`);
  return value;
}
