import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { loadMachine, type Machine } from "../../cli/machines.ts";
import { decodeRecords, type TraceRecord } from "../../cli/records/decode.ts";
import { bootDocument, type BootDocument } from "../../cli/records/document.ts";
import type { MachineName } from "../../cli/values.ts";
import type { BootRequest, BootResult, Program } from "../../machine/machine.ts";
import { projectRoot } from "../../tools/build/assemblyscript.ts";

/** What one boot left behind. */
export interface Booted {
  readonly machine: MachineName;
  readonly result: BootResult;
  readonly console: string;
  readonly records: readonly TraceRecord[];
  readonly document: BootDocument;
}

/** A seed for tests that do not vary it; any will do. */
export const TEST_SEED = 0x5eed_0123_4567_89abn;

export type Wishes = Partial<Omit<BootRequest, "programs">>;

/** Boots a machine with the programs of some source files, given from the project's root. `machine`: with another kernel, say. */
export async function bootPrograms(
  name: MachineName,
  sources: readonly string[],
  wishes: Wishes = {},
  machine?: Machine,
): Promise<Booted> {
  const { buildProgram, boot } = machine ?? (await loadMachine(name));
  const programs: Program[] = [];
  for (const source of sources) {
    const image = await buildProgram(join(projectRoot, source));
    programs.push({ name: basename(source, ".ts"), image });
  }
  const request: BootRequest = { ...DEFAULTS, ...wishes, programs };
  const parts: Uint8Array[] = [];
  const records: TraceRecord[] = [];
  const observer = {
    console: (bytes: Uint8Array) => void parts.push(bytes.slice()),
    records: (bytes: Uint8Array) => void records.push(...decodeRecords(bytes)),
  };
  const result = await boot(request, observer, {});
  const text = Buffer.concat(parts).toString("utf8");
  const document = bootDocument({ machine: name, request, result, records, console: text });
  return { machine: name, result, console: text, records, document };
}

const DEFAULTS: Omit<BootRequest, "programs"> = {
  memoryBytes: 256 * 2 ** 20,
  cpus: 1,
  numaNodes: 1,
  // Turns end by time, of which the machines have each their own: with turns there would be no equal traces.
  turnMilliseconds: 0,
  seed: TEST_SEED,
  aslr: true,
  colour: false,
  trace: true,
  without: [],
  crash: undefined,
  failAllocation: undefined,
  timeoutSeconds: 120,
};

/** The source text of a file of the project, for tests that check what documents quote. */
export function sourceText(path: string): string {
  return readFileSync(join(projectRoot, path), "utf8");
}
