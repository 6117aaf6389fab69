import { ownerName } from "../../kernel/frames/owners.ts";
import { RangeKind } from "../../kernel/memory-map/kinds.ts";
import { RecordKind } from "../../kernel/trace/records.ts";
import type { TraceRecord } from "../records/decode.ts";
import { hex, nameOf } from "../records/names.ts";
import { frameRuns } from "./runs.ts";

const PAGE_BYTES = 4096n;

/** Who owns the frame in which `address` lies, for people; and what the memory map says that it was. Empty when the boot did not come so far. */
export function frameAnswer(address: bigint, records: readonly TraceRecord[]): string {
  const runs = frameRuns(records);
  if (runs.length === 0) return "";
  const frame = Number(address / PAGE_BYTES);
  const run = runs.find(({ first, end }) => first <= frame && frame < end);
  const lines = [
    `p${hex(address)}, frame F${frame.toString(16)}`,
    `  owner    ${run === undefined ? "nobody: no RAM" : ownerName(run.owner)}`,
    ...(run === undefined ? [] : [`  node     ${run.node}`, `  holders  ${run.holders}`]),
    `  was      ${mappedAs(address, records)}`,
  ];
  return lines.map((line) => `${line}\n`).join("");
}

function mappedAs(address: bigint, records: readonly TraceRecord[]): string {
  const range = records.find(
    ({ kind, first, second }) => kind === RecordKind.MEMORY_RANGE && first <= address && address <= second,
  );
  if (range === undefined) return "a hole in the memory map";
  return `${nameOf(RangeKind, range.value)}, p${hex(range.first)} – p${hex(range.second)}`;
}
