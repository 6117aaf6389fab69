import { readFileSync } from "node:fs";
import { installCommand, missingNativeTools, ToolMissing } from "../native-tools.ts";
import { run } from "./run.ts";

/**
 * Sees to it that the native tools are there: installs the missing ones where that needs no question asked (as root on Debian or
 * Ubuntu), else says the one command that does. Returns an exit status.
 */
export async function ensureNativeTools(): Promise<number> {
  const missing = missingNativeTools();
  if (missing.length === 0) return 0;
  if (!mayInstall()) return refuse();
  const environment = { DEBIAN_FRONTEND: "noninteractive" };
  const updated = await run("apt-get", ["update"], environment);
  if (updated !== 0) return updated;
  const [command, ...args] = installCommand(missing).split(" && ").at(-1)!.split(" ");
  const installed = await run(command!, args, environment);
  if (installed !== 0) return installed;
  return missingNativeTools().length === 0 ? 0 : refuse();
}

function refuse(): number {
  const missing = new ToolMissing(missingNativeTools());
  process.stderr.write(`${missing.message}\n`);
  return missing.status;
}

/** Root, on a distribution of Debian's family (os-release(5)). */
function mayInstall(): boolean {
  if (process.getuid?.() !== 0) return false;
  return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(osRelease());
}

function osRelease(): string {
  try {
    return readFileSync("/etc/os-release", "utf8");
  } catch {
    return "";
  }
}
