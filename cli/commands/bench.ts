import { ExitStatus, UsageError } from "../exit-status.ts";
import { nearest } from "../nearest.ts";
import { MACHINE_NAMES, type MachineName } from "../values.ts";
import { benches, type Bench, type BenchResult } from "../../bench/index.ts";

export interface BenchFlags {
  readonly json?: true;
  /** Without it: every machine. */
  readonly machine?: MachineName;
}

/** `nitros bench [NAME...]`: runs the named benches, or all. */
export async function bench(names: readonly string[], flags: BenchFlags): Promise<number> {
  const machines = flags.machine === undefined ? MACHINE_NAMES : [flags.machine];
  const results: BenchResult[] = [];
  for (const name of names.length > 0 ? names : Object.keys(benches))
    results.push(...(await findBench(name)(machines)));
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

function textLine(result: BenchResult): string {
  const value = Number.isInteger(result.value) ? result.value.toLocaleString("en") : result.value.toPrecision(3);
  return `${result.machine.padEnd(9)} ${result.name.padEnd(28)} ${value.padStart(16)} ${result.unit}`;
}
