import Table from "cli-table3";
import { ExitStatus } from "../exit-status.ts";
import { bundledPrograms } from "../programs.ts";

/** `nitros programs`: the bundled programs and what each shows. */
export function listPrograms(): number {
  const table = new Table({ head: ["program", "what it shows"], colWidths: [18, 98], wordWrap: true, style: PLAIN });
  for (const { name, summary } of bundledPrograms()) table.push([name, summary]);
  process.stdout.write(`${table.toString()}\n`);
  return ExitStatus.OK;
}

/** No colours of the table's own, so that its text is the same in a pipe. */
const PLAIN = { head: [], border: [] };
