import { execFile } from "node:child_process";
import { hostedSymbol } from "../../tools/build/hosted.ts";

/** One call of a workload, on one CPU or on several at once (CPU 0 and up), after the one before has ended on all of them. */
export interface Step {
  readonly workload: string;
  readonly argument?: number | bigint;
  readonly cpus?: number;
}

export interface HostedRun {
  /** What the last step returned, by CPU. */
  readonly results: readonly bigint[];
  /** Of every step, in order. */
  readonly all: readonly (readonly bigint[])[];
  readonly stderr: string;
}

/** What the program runs under. */
export interface Surroundings {
  /** A command in front of the program's own, such as valgrind with its flags. */
  readonly under?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

/** The hosted program did not end well: a failed assertion (70), a sanitizer's finding, a signal. */
export class HostedFailure extends Error {
  override readonly name = "HostedFailure";
  constructor(
    readonly steps: readonly Step[],
    readonly status: number | string,
    readonly stderr: string,
  ) {
    const names = steps.map(({ workload }) => workload).join(", ");
    super(`the hosted program ended with ${status} in one of ${names}\n${stderr}`);
  }
}

/** A run that takes longer hangs. */
const HANG_MILLISECONDS = 600_000;

/** Runs the steps in one process of the program at `path` (tools/build/hosted.ts). */
export function runHosted(path: string, steps: readonly Step[], surroundings: Surroundings = {}): Promise<HostedRun> {
  const [command, ...args] = [...(surroundings.under ?? []), path, ...steps.flatMap(words)];
  const options = { env: { ...process.env, ...surroundings.env }, maxBuffer: 1 << 26, timeout: HANG_MILLISECONDS };
  return new Promise((resolve, reject) => {
    execFile(command!, args, options, (error, stdout, stderr) => {
      if (error !== null) reject(new HostedFailure(steps, error.code ?? error.signal ?? "no status", stderr));
      else resolve(readResults(steps, stdout, stderr));
    });
  });
}

function words({ workload, argument = 0, cpus = 1 }: Step): string[] {
  return [hostedSymbol(workload), `${cpus}`, `${argument}`];
}

/** Lines are "FUNCTION CPU RESULT", those of one step in any order. */
function readResults(steps: readonly Step[], stdout: string, stderr: string): HostedRun {
  const lines = stdout.trim().split("\n");
  const all = steps.map(({ cpus = 1 }) => {
    const results = new Array<bigint>(cpus);
    for (const line of lines.splice(0, cpus)) {
      const [, cpu, result] = line.split(" ");
      results[Number(cpu)] = BigInt(result!);
    }
    return results;
  });
  return { results: all.at(-1)!, all, stderr };
}
