import { spawn } from "node:child_process";
import { join } from "node:path";
import { projectRoot } from "../build/assemblyscript.ts";

/** Runs a command in the project's folder with our own stdin, stdout and stderr; resolves to its exit status. */
export function run(command: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: projectRoot, stdio: "inherit", env: { ...process.env, ...environment } });
    child.on("error", reject);
    child.on("exit", (code, signal) => resolve(code ?? (signal === null ? 1 : 128)));
  });
}

/** Runs a JavaScript file of an installed package, such as "eslint/bin/eslint.js". */
export function runPackage(file: string, args: readonly string[]): Promise<number> {
  return run(process.execPath, [join(projectRoot, "node_modules", file), ...args]);
}

/** Runs the steps in order and stops at the first that fails. Resolves to its status, or 0. */
export async function inOrder(steps: readonly Step[]): Promise<number> {
  for (const { title, work } of steps) {
    const started = performance.now();
    process.stdout.write(`── ${title}\n`);
    const status = await work();
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    process.stdout.write(`── ${title}: ${status === 0 ? "ok" : `failed (status ${status})`}, ${seconds} s\n`);
    if (status !== 0) return status;
  }
  return 0;
}

export interface Step {
  readonly title: string;
  work(): Promise<number>;
}
