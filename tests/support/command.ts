import { execFile } from "node:child_process";
import { join } from "node:path";
import { projectRoot } from "../../tools/build/assemblyscript.ts";

/** What a run of the command left behind. */
export interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunWishes {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** For what takes longer than any boot: HANG_MILLISECONDS otherwise. */
  readonly hangMilliseconds?: number;
}

/** Longer than any test's `--timeout`: a run that takes more is a hang, and fails the test. */
const HANG_MILLISECONDS = 240_000;

/** Runs `nitros` as a user does, in a process of its own, with no terminal. */
export function nitros(args: readonly string[], wishes: RunWishes = {}): Promise<Ran> {
  const { cwd = projectRoot, env = {}, hangMilliseconds = HANG_MILLISECONDS } = wishes;
  const options = { cwd, env: { ...plainEnvironment(), ...env }, timeout: hangMilliseconds, maxBuffer: 1 << 28 };
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [join(projectRoot, "cli/nitros.mjs"), ...args], options, (error, stdout, stderr) => {
      const status = error === null ? 0 : error.code;
      if (typeof status === "number") resolve({ status, stdout, stderr });
      else reject(new Error(`nitros ${args.join(" ")} did not end by itself\n${stdout}\n${stderr}`, { cause: error }));
    });
  });
}

/** Ours, without what the test runner or a person's shell adds. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const { NO_COLOR, FORCE_COLOR, NODE_OPTIONS, NODE_TEST_CONTEXT, ...rest } = process.env;
  return rest;
}
