import Table from "cli-table3";
import { findNativeTools, installCommand, type FoundTool } from "../../tools/native-tools.ts";
import { ExitStatus } from "../exit-status.ts";

/** `nitros doctor`: the native tools that metal, tests and benches need. The embedded machine needs none. */
export function doctor(): number {
  const found = findNativeTools();
  const table = new Table({ head: ["tool", "it", "where", "Debian package"], style: { head: [], border: [] } });
  for (const tool of found) table.push([tool.name, whatOf(tool), tool.path ?? "missing", tool.package]);
  process.stdout.write(`node ${process.version}: the embedded machine needs nothing else\n${table.toString()}\n`);
  const missing = found.filter((tool) => tool.path === undefined);
  if (missing.length === 0) return ExitStatus.OK;
  process.stdout.write(`install what is missing, as root: ${installCommand(missing)}\n`);
  return missing.every((tool) => tool.isOptional) ? ExitStatus.OK : ExitStatus.TOOL_MISSING;
}

function whatOf(tool: FoundTool): string {
  return tool.isOptional ? `${tool.what} (optional)` : tool.what;
}
