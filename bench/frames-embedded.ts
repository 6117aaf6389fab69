import { readFileSync } from "node:fs";
import { compileAssemblyScript } from "../tools/build/assemblyscript.ts";
import { hostImports } from "../tools/build/embedded.ts";
import { median } from "./numbers.ts";
import { BULK, ORDER9, PAIR, RANDOM, type FramesNumber } from "./frames-table.ts";
import type { BenchResult } from "./result.ts";

/**
 * Frames on the embedded machine's model of memory, in Node: times as multiples of the floor's in the same run, medians of five. The
 * numbers of the target are instructions, and so it is not named here.
 */
const RAM_BYTES = 2n ** 31n;
const RAM_BASE = 0x1_0000_0000n;
const BENCH_BASE = 0x3_0000_0000n;
const BENCH_BYTES = 0x1040_0000n;
const RAM_FRAMES = RAM_BYTES / 4096n;
/** 16 MiB, for the handles; the modelled RAM grows behind it. */
const LINEAR_PAGES = 256;
const ROUNDS = 5;
const PAIRS = 400_000n;
const LARGE_PAIRS = 20_000n;
const MANY = 2n ** 18n;

type Workload = (cpu: number, argument: bigint) => bigint;
type Workloads = Readonly<Record<string, Workload>>;
type Prefix = "kernel" | "stack";

export async function benchEmbedded(): Promise<BenchResult[]> {
  const workloads = start(await compileEmbedded());
  return [
    ratio(PAIR, (prefix) => elapsed(workloads, `${prefix}Pair`, PAIRS)),
    ratio(BULK, (prefix) => elapsed(workloads, `${prefix}Take`, MANY) + elapsed(workloads, `${prefix}Give`, MANY)),
    ratio(RANDOM, (prefix) => randomOrder(workloads, prefix)),
    ratio(ORDER9, (prefix) => elapsed(workloads, `${prefix}PairLarge`, LARGE_PAIRS)),
  ];
}

/** Both in turns, so that what else this computer does falls on both; the first turn, which warms up, is left out. */
function ratio(number: FramesNumber, time: (prefix: Prefix) => number): BenchResult {
  process.stderr.write(`measuring: embedded, ${number.name}…\n`);
  const ratios = Array.from({ length: ROUNDS + 1 }, () => time("kernel") / time("stack")).slice(1);
  return {
    name: number.name,
    machine: "embedded",
    unit: "times the stack",
    value: median(ratios),
    peers: { stack: 1 },
  };
}

function randomOrder(workloads: Workloads, prefix: Prefix): number {
  const taking = elapsed(workloads, `${prefix}Take`, MANY);
  workloads["shuffle"]!(0, MANY);
  return taking + elapsed(workloads, `${prefix}Give`, MANY);
}

/** Milliseconds. */
function elapsed(workloads: Workloads, name: string, argument: bigint): number {
  const started = performance.now();
  workloads[name]!(0, argument);
  return performance.now() - started;
}

function compileEmbedded(): Promise<string> {
  return compileAssemblyScript({
    entry: "platform/hosted/embedded-entry.ts",
    output: "hosted/frames-embedded.wasm",
    paths: ["platform/embedded"],
    flags: ["--use", "abort=", "--enable", "bulk-memory", "--initialMemory", `${LINEAR_PAGES}`],
    allowedImports: hostImports(),
  });
}

function start(wasm: string): Workloads {
  const module = new WebAssembly.Module(readFileSync(wasm));
  const host: Record<string, WebAssembly.ImportValue> = {};
  for (const { name } of WebAssembly.Module.imports(module)) {
    host[name] = (...values: unknown[]) => {
      throw new Error(`the frames call host.${name}(${values.join(", ")}): something is wrong with them`);
    };
  }
  const { exports } = new WebAssembly.Instance(module, { host });
  const declare = exports["ramDeclare"] as (first: bigint, bytes: bigint) => number;
  if (declare(RAM_BASE, RAM_BYTES) !== 1 || declare(BENCH_BASE, BENCH_BYTES) !== 1) throw new Error("RAM is refused");
  const workloads = exports as unknown as Workloads;
  workloads["describe"]!(0, RAM_BYTES);
  workloads["stackFill"]!(0, RAM_FRAMES);
  return workloads;
}
