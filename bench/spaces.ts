import type { BenchMachineName } from "../cli/values.ts";
import { findNativeTool, requireMetalTools } from "../tools/native-tools.ts";
import { linuxInstructions } from "./linux/instructions.ts";
import type { Instructions } from "./net.ts";
import type { BenchResult } from "./result.ts";
import { accessesOf, kernelInstructions } from "./spaces-kernel.ts";
import { SPACES_NUMBERS } from "./spaces-table.ts";

/**
 * `nitros bench spaces`: what faults and calls cost a program (user/bench/spaces.ts), and the same program on Linux in the same QEMU. On
 * the embedded machine: accesses to memory. Names and units: docs/ARCHITECTURE.md, "Benches".
 */
export async function benchSpaces(machines: readonly BenchMachineName[]): Promise<BenchResult[]> {
  const found: BenchResult[] = [];
  if (machines.includes("embedded")) found.push(...(await embedded()));
  if (machines.includes("qemu")) found.push(...(await metal()));
  return found;
}

async function embedded(): Promise<BenchResult[]> {
  const accesses = await accessesOf();
  return SPACES_NUMBERS.map(({ name, per }) => {
    return { name, machine: "embedded", unit: `accesses/${per}`, value: valueOf(accesses, name), peers: {} };
  });
}

async function metal(): Promise<BenchResult[]> {
  requireMetalTools();
  const linux = await linuxIfInstalled();
  const ours = await kernelInstructions();
  return SPACES_NUMBERS.map(({ name, per, target, recorded }) => {
    const { net, rep } = valueOf(ours, name);
    const peers = { ...peerOf(linux, name), ...(recorded === undefined ? {} : { "Linux 6.1 (recorded)": recorded }) };
    return { name, machine: "qemu", unit: `instructions/${per}, net`, value: net, rep, peers, target };
  });
}

/** Nothing fails without the peer; who runs the bench is told how to have it. */
async function linuxIfInstalled(): Promise<ReadonlyMap<string, Instructions>> {
  const { path, package: debian } = findNativeTool("Linux");
  if (path !== undefined) return linuxInstructions(path);
  process.stderr.write(`without Linux beside it: apt-get install --no-install-recommends ${debian}\n`);
  return new Map();
}

function peerOf(linux: ReadonlyMap<string, Instructions>, name: string): Record<string, number> {
  return linux.size === 0 ? {} : { Linux: valueOf(linux, name).net };
}

function valueOf<Value>(values: ReadonlyMap<string, Value>, name: string): Value {
  const value = values.get(name);
  if (value === undefined) throw new Error(`the program did not measure ${name}`);
  return value;
}
