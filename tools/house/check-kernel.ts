import { execFile } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { projectRoot } from "../build/assemblyscript.ts";

/** What tsc refuses and AssemblyScript means: decorators on functions, and a bool that is made a number. */
const NOT_ERRORS: readonly RegExp[] = [/error TS1206:/, /error TS2352: Conversion of type 'boolean' to type 'number'/];

/** tsc as a second checker of the AssemblyScript. Returns an exit status; prints the errors. */
export async function checkKernel(): Promise<number> {
  const lines = (await tscOutput()).split("\n").filter((line) => line !== "");
  // An error's further lines are indented.
  const errors: string[] = [];
  let isError = false;
  for (const line of lines) {
    if (!line.startsWith(" ")) isError = !NOT_ERRORS.some((pattern) => pattern.test(line));
    if (isError) errors.push(line);
  }
  if (errors.length === 0) return 0;
  process.stdout.write(`${errors.join("\n")}\n`);
  return 1;
}

function tscOutput(): Promise<string> {
  const tsc = join(projectRoot, "node_modules/typescript/bin/tsc");
  const args = [tsc, "-p", "tsconfig.kernel.json", "--pretty", "false"];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { cwd: projectRoot, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      if (error !== null && stdout === "") reject(new Error(`tsc did not run: ${stderr}`, { cause: error }));
      else resolve(stdout);
    });
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) process.exitCode = await checkKernel();
