import type { BootObserver } from "../../machine/machine.ts";
import { wantsColour } from "../colour.ts";
import { framesReport } from "../frames/report.ts";
import { mapsReport } from "../maps/report.ts";
import { loadMachine, readFirmware } from "../machines.ts";
import { findPrograms } from "../programs.ts";
import { progress } from "../progress.ts";
import { decodeRecords, type TraceRecord } from "../records/decode.ts";
import { bootDocument } from "../records/document.ts";
import { TraceFile } from "../trace-file.ts";
import { makeRequest, refuseQuotas, refuseUnbuilt, type BootFlags } from "./request.ts";

/** `nitros boot`: boots a machine with some programs. Returns the exit status. */
export async function boot(programs: readonly string[], flags: BootFlags): Promise<number> {
  refuseUnbuilt(flags, programs.length);
  const sources = findPrograms(programs);
  refuseQuotas(
    sources.map(({ name }) => name),
    flags.quota ?? [],
  );
  const firmware = flags.firmware === undefined ? undefined : await readFirmware(flags.firmware);
  const output = openOutput(flags);
  const machine = await loadMachine(flags.machine);
  const colour = flags.json === undefined && wantsColour(process.stdout, process.env);
  const request = await makeRequest(machine, sources, flags, colour);
  progress(`booting the ${flags.machine} machine`);
  const result = await machine.boot(request, output, { firmware });
  if (result.message !== undefined) process.stderr.write(`nitros: ${result.message}\n`);
  if (flags.json) {
    const outcome = { machine: flags.machine, request, result, records: output.kept, console: output.consoleText() };
    process.stdout.write(`${JSON.stringify(bootDocument(outcome), null, 2)}\n`);
  }
  if (flags.frames !== undefined) process.stdout.write(framesReport(flags.frames, output.kept));
  if (flags.maps !== undefined) process.stdout.write(mapsReport(flags.maps, output.kept));
  output.close();
  return result.status;
}

interface Output extends BootObserver {
  /** The records so far, kept only for `--json`, `--frames` and `--maps`. */
  readonly kept: readonly TraceRecord[];
  consoleText(): string;
  close(): void;
}

/** Where a boot's console and records go: stdout and the trace file, or memory for `--json`. With `--frames` or `--maps` stdout is the report's. */
function openOutput(flags: BootFlags): Output {
  const consoleParts: Uint8Array[] = [];
  const kept: TraceRecord[] = [];
  const isReport = flags.frames !== undefined || flags.maps !== undefined;
  const trace = flags.trace === undefined ? undefined : new TraceFile(flags.trace);
  return {
    kept,
    console(bytes) {
      if (flags.json) consoleParts.push(bytes.slice());
      else (isReport ? process.stderr : process.stdout).write(bytes);
    },
    records(bytes) {
      const records = decodeRecords(bytes);
      if (flags.json || isReport) kept.push(...records);
      trace?.write(records);
    },
    consoleText: () => Buffer.concat(consoleParts).toString("utf8"),
    close: () => trace?.close(),
  };
}
