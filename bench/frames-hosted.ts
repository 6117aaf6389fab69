import { cpus } from "node:os";
import { runHosted, type Step } from "../machine/hosted/run.ts";
import { buildHosted } from "../tools/build/hosted.ts";
import { findNativeTool, requireNativeTools, type NativeToolName } from "../tools/native-tools.ts";
import { countInstructions } from "./callgrind.ts";
import { BULK, FRAGMENTATION, METADATA, METADATA_ALONE, ORDER9, PAIR, RANDOM, THREADS } from "./frames-table.ts";
import type { FramesNumber } from "./frames-table.ts";
import { median } from "./numbers.ts";
import type { BenchResult } from "./result.ts";

/**
 * Frames on the hosted build: 2 GiB of RAM in a Linux process. Instructions are callgrind's, within the workload's function alone, loop
 * included; times are ratios of one run, medians of five. Zeroing is left out here: it costs what the memory costs.
 */
const RAM_BYTES = 2 ** 31;
const RAM_FRAMES = RAM_BYTES / 4096;
const PAIRS = 10_000;
const MANY = 2 ** 18;
/** Of the process's allocators, whose thousands of instructions callgrind would count for a minute. */
const MANY_BY_MALLOC = 2 ** 14;
const IDEAL_FREE = 2 ** 18;
const ROUNDS = 5;
const TIMED_PAIRS = 4_000_000;

/** Whose frames: prefix of the workloads' names, what must be ready, and under what the program runs. */
interface Supply {
  readonly prefix: "kernel" | "stack" | "malloc";
  readonly ready: readonly Step[];
  readonly env?: NodeJS.ProcessEnv;
}

const machine: Step[] = [
  { workload: "declare", argument: RAM_BYTES },
  { workload: "describe", argument: RAM_BYTES },
];
const KERNEL: Supply = { prefix: "kernel", ready: machine };
const STACK: Supply = { prefix: "stack", ready: [...machine, { workload: "stackFill", argument: RAM_FRAMES }] };

/** Peers by the name under which results have them. An allocator that is not installed is left out. */
function peers(): Record<string, Supply> {
  const found: Record<string, Supply> = { stack: STACK, "glibc malloc": { prefix: "malloc", ready: machine } };
  for (const name of ["jemalloc", "mimalloc"] satisfies NativeToolName[]) {
    const { path } = findNativeTool(name);
    if (path !== undefined) found[name] = { prefix: "malloc", ready: machine, env: { LD_PRELOAD: path } };
  }
  return found;
}

export async function benchHosted(): Promise<BenchResult[]> {
  requireNativeTools("clang", "ld.lld", "valgrind");
  const program = await buildHosted("measured");
  return [
    await counted(program, PAIR, pair),
    await counted(program, BULK, bulk),
    await counted(program, RANDOM, randomOrder),
    await counted(program, ORDER9, order9),
    ...(await threads(program)),
    await fragmentation(program),
    ...(await metadata(program)),
  ];
}

/** What is counted: the steps, those of them in which instructions count, and how many operations they are. */
interface Workload {
  readonly steps: readonly Step[];
  readonly operations: number;
}

function pair({ prefix }: Supply): Workload {
  return { steps: [{ workload: `${prefix}Pair`, argument: PAIRS }], operations: PAIRS };
}

function order9({ prefix }: Supply): Workload {
  return { steps: [{ workload: `${prefix}PairLarge`, argument: PAIRS }], operations: PAIRS };
}

function bulk({ prefix }: Supply): Workload {
  const operations = prefix === "malloc" ? MANY_BY_MALLOC : MANY;
  return { steps: ["Take", "Give"].map((half) => ({ workload: prefix + half, argument: operations })), operations };
}

function randomOrder(supply: Supply): Workload {
  const { steps, operations } = bulk(supply);
  return { steps: [steps[0]!, { workload: "shuffle", argument: operations }, steps[1]!], operations };
}

async function counted(
  program: string,
  number: FramesNumber,
  workload: (supply: Supply) => Workload,
): Promise<BenchResult> {
  const others: Record<string, number> = {};
  for (const [name, supply] of Object.entries(peers())) {
    say(`${number.name}, ${name}`);
    others[name] = await instructions(program, supply, workload(supply));
  }
  say(number.name);
  return result(number, await instructions(program, KERNEL, workload(KERNEL)), others);
}

/** Instructions an operation, of the workload's own steps. */
async function instructions(program: string, supply: Supply, { steps, operations }: Workload): Promise<number> {
  const counts = (workload: string) =>
    workload.startsWith(supply.prefix) && steps.some((step) => step.workload === workload);
  const run = { steps: [...supply.ready, ...steps], counts, env: supply.env ?? {} };
  return (await countInstructions(program, run)) / operations;
}

/** From 2 threads on, by doubling, to as many as there are processors. */
async function threads(program: string): Promise<BenchResult[]> {
  const results: BenchResult[] = [];
  for (let count = 2; count <= Math.max(2, cpus().length); count *= 2) {
    const others: Record<string, number> = {};
    for (const [name, supply] of Object.entries(peers())) others[name] = await slowdown(program, supply, count);
    const value = await slowdown(program, KERNEL, count);
    const number = { ...THREADS, unit: `ns on ${count} threads / ns on 1` };
    results.push(
      result(count === 2 ? number : { ...number, name: `${THREADS.name}.${count}`, recorded: {} }, value, others),
    );
  }
  return results;
}

/** A pair's time on `count` threads over that on one, in turns in one process: the median of five. */
async function slowdown(program: string, { prefix, ready, env }: Supply, count: number): Promise<number> {
  say(`${THREADS.name}, ${prefix}, ${count} threads`);
  const timed = (cpus: number): Step[] => [
    { workload: "arrange" },
    { workload: `${prefix}PairTimed`, argument: BigInt(cpus) | (BigInt(TIMED_PAIRS) << 8n), cpus },
  ];
  const perCpu = prefix === "stack" ? [{ workload: "stackFill", argument: 1000, cpus: count }] : [];
  const rounds = Array.from({ length: ROUNDS }, () => [...timed(1), ...timed(count)]).flat();
  const { all } = await runHosted(program, [...ready, ...perCpu, ...rounds], { env: env ?? {} });
  const times = all
    .slice(-rounds.length)
    .filter((_, index) => index % 2 === 1)
    .map(mean);
  return median(Array.from({ length: ROUNDS }, (_, round) => times[2 * round + 1]! / times[2 * round]!));
}

function mean(values: readonly bigint[]): number {
  return values.reduce((sum, value) => sum + Number(value), 0) / values.length;
}

async function fragmentation(program: string): Promise<BenchResult> {
  say(FRAGMENTATION.name);
  const blocks = async ({ prefix, ready }: Supply) => {
    const steps = [
      { workload: `${prefix}Fragment`, argument: IDEAL_FREE },
      { workload: `${prefix}Blocks`, argument: RAM_FRAMES },
    ];
    return Number((await runHosted(program, [...ready, ...steps])).results[0]);
  };
  return result(FRAGMENTATION, await blocks(KERNEL), { stack: await blocks(STACK) });
}

async function metadata(program: string): Promise<BenchResult[]> {
  say(METADATA.name);
  const bits = async (workload: string) => {
    const { results } = await runHosted(program, [...machine, { workload }]);
    return (Number(results[0]) * 8) / RAM_FRAMES;
  };
  return [
    result(METADATA_ALONE, await bits("kernelAllocatorBytes"), {}),
    result(METADATA, await bits("kernelTableBytes"), {}),
  ];
}

function result(
  { name, unit, target, recorded }: FramesNumber,
  value: number,
  others: Record<string, number>,
): BenchResult {
  return { name, machine: "hosted", unit, value, peers: { ...others, ...recorded }, target };
}

function say(what: string): void {
  process.stderr.write(`measuring: hosted, ${what}…\n`);
}
