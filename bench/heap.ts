import type { BenchMachineName } from "../cli/values.ts";
import type { Step } from "../machine/hosted/run.ts";
import { buildHosted } from "../tools/build/hosted.ts";
import { findNativeTool, requireNativeTools, type NativeToolName } from "../tools/native-tools.ts";
import { countInstructions } from "./callgrind.ts";
import type { BenchResult, BenchTarget } from "./result.ts";

/**
 * `nitros bench heap`: the kernel's heap on the hosted build, objects of 64 bytes, beside the process's own allocators, which zero nothing
 * and check little.
 */
const RAM_BYTES = 2 ** 28;
const PAIRS = 10_000;
const MANY = 2 ** 14;

interface HeapNumber {
  readonly name: string;
  readonly unit: string;
  readonly target?: BenchTarget;
  readonly operations: number;
  readonly halves: readonly string[];
}

const NUMBERS: readonly HeapNumber[] = [
  { name: "heap.pair", unit: "instructions", target: { atMost: 60 }, operations: PAIRS, halves: ["Pair"] },
  {
    name: "heap.bulk",
    unit: "instructions/object",
    operations: MANY,
    halves: ["Take", "Give"],
  },
];

/** Environments in which the process's allocator is another, by the name under which results have it. */
function peers(): Record<string, NodeJS.ProcessEnv> {
  const found: Record<string, NodeJS.ProcessEnv> = { "glibc malloc": {} };
  for (const name of ["jemalloc", "mimalloc"] satisfies NativeToolName[]) {
    const { path } = findNativeTool(name);
    if (path !== undefined) found[name] = { LD_PRELOAD: path };
  }
  return found;
}

export async function benchHeap(machines: readonly BenchMachineName[]): Promise<BenchResult[]> {
  if (!machines.includes("hosted")) return [];
  requireNativeTools("clang", "ld.lld", "valgrind");
  const program = await buildHosted("measured");
  const results: BenchResult[] = [];
  for (const number of NUMBERS) results.push(await measure(program, number));
  return results;
}

async function measure(program: string, number: HeapNumber): Promise<BenchResult> {
  const others: Record<string, number> = {};
  for (const [name, env] of Object.entries(peers())) others[name] = await perOperation(program, "small", number, env);
  const value = await perOperation(program, "heap", number, {});
  const { name, unit, target } = number;
  return { name, machine: "hosted", unit, value, peers: others, ...(target === undefined ? {} : { target }) };
}

/** `prefix`: heap, the kernel's; small, the process's. */
async function perOperation(
  program: string,
  prefix: "heap" | "small",
  { name, halves, operations }: HeapNumber,
  env: NodeJS.ProcessEnv,
): Promise<number> {
  process.stderr.write(`measuring: hosted, ${name}, ${prefix}…\n`);
  const ready: Step[] = [
    { workload: "declare", argument: RAM_BYTES },
    { workload: "heapSetUp", argument: RAM_BYTES },
  ];
  const measured = halves.map((half): Step => ({ workload: prefix + half, argument: operations }));
  const counted = new Set(measured.map(({ workload }) => workload));
  const run = { steps: [...ready, ...measured], counts: (workload: string) => counted.has(workload), env };
  return (await countInstructions(program, run)) / operations;
}
