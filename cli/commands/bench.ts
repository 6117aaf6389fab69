import { ExitStatus, UsageError } from "../exit-status.ts";
import { nearest } from "../nearest.ts";
import { BENCH_MACHINE_NAMES, type BenchMachineName } from "../values.ts";
import { benches, type Bench, type BenchResult, type BenchTarget } from "../../bench/index.ts";

export interface BenchFlags {
  readonly json?: true;
  /** Without it: every machine. */
  readonly machine?: BenchMachineName;
}

/** `nitros bench [NAME...]`: runs the named benches, or all. */
export async function bench(names: readonly string[], flags: BenchFlags): Promise<number> {
  const machines = flags.machine === undefined ? BENCH_MACHINE_NAMES : [flags.machine];
  const results: BenchResult[] = [];
  for (const name of names.length > 0 ? names : Object.keys(benches))
    results.push(...(await findBench(name)(machines)));
  if (results.length === 0)
    throw new UsageError(`${names.join(" and ")}: nothing is measured on ${machines.join(", ")}.`);
  if (flags.json) process.stdout.write(`${JSON.stringify(document(results), null, 2)}\n`);
  else for (const result of results) process.stdout.write(`${textLine(result)}\n`);
  return ExitStatus.OK;
}

function findBench(name: string): Bench {
  const found = benches[name];
  if (found !== undefined) return found;
  const hint = nearest(name, Object.keys(benches));
  const suggestion = hint === undefined ? "" : ` Did you mean ${hint}?`;
  throw new UsageError(
    `no bench is called ${JSON.stringify(name)}: there is ${Object.keys(benches).join(", ")}.${suggestion}`,
  );
}

function document(results: readonly BenchResult[]): object {
  return { schema: "nitros.bench", version: 1, machine: machinesOf(results), results };
}

/** One machine's name, or all of them: each result says its own too. */
function machinesOf(results: readonly BenchResult[]): string {
  return [...new Set(results.map(({ machine }) => machine))].join("+");
}

function textLine({ machine, name, value, rep, unit, target, peers }: BenchResult): string {
  const line = `${machine.padEnd(9)} ${name.padEnd(28)} ${number(value).padStart(16)} ${unit}`;
  const others = Object.entries(peers).map(([peer, taken]) => `${peer} ${number(taken)}${ratioText(taken, value)}`);
  const steps = rep === undefined ? [] : [`and ${number(rep)} steps of REP or MOVNTI`];
  const notes = [...steps, ...(target === undefined ? [] : [`target ${targetText(target)}`]), ...others];
  return notes.length === 0 ? line : `${line}\n${" ".repeat(11)}${notes.join(", ")}`;
}

/** How many times ours. */
function ratioText(taken: number, value: number): string {
  return value > 0 && taken > 0 ? ` (${(taken / value).toPrecision(2)} times)` : "";
}

function targetText(target: BenchTarget): string {
  return "atMost" in target ? `≤ ${number(target.atMost)}` : `≥ ${number(target.atLeast)}`;
}

function number(value: number): string {
  return Number.isInteger(value) || value >= 1000 ? Math.round(value).toLocaleString("en") : value.toPrecision(3);
}
