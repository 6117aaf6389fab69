import Table from "cli-table3";
import { findNativeTools, installCommand } from "../../tools/native-tools.ts";
import { ExitStatus } from "../exit-status.ts";

/** `nitros doctor`: the native tools that metal needs. The embedded machine needs none. */
export function doctor(): number {
  const found = findNativeTools();
  const table = new Table({ head: ["tool", "it", "where", "Debian package"], style: { head: [], border: [] } });
  for (const tool of found) table.push([tool.name, tool.what, tool.path ?? "missing", tool.package]);
  process.stdout.write(`node ${process.version}: the embedded machine needs nothing else\n${table.toString()}\n`);
  const missing = found.filter((tool) => tool.path === undefined);
  if (missing.length === 0) return ExitStatus.OK;
  process.stdout.write(`install what is missing, as root: ${installCommand(missing)}\n`);
  return ExitStatus.TOOL_MISSING;
}
