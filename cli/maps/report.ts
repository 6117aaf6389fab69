import type { TraceRecord } from "../records/decode.ts";
import type { MapsFormat } from "../values.ts";
import { mapsLines, smapsLines } from "./linux.ts";
import { tasksMemory, type TaskMemory } from "./tasks.ts";

const writers: Readonly<Record<MapsFormat, (memory: TaskMemory) => string[]>> = { maps: mapsLines, smaps: smapsLines };

/** What `nitros boot --maps` prints: task by task as they ended, what each had of memory then. */
export function mapsReport(format: MapsFormat, records: readonly TraceRecord[]): string {
  const lines = tasksMemory(records).flatMap((memory) => [headOf(memory), ...writers[format](memory), ""]);
  return lines.map((line) => `${line}\n`).join("");
}

function headOf({ task, name, frames, tables, handles, quota, regions }: TaskMemory): string {
  const counts = [
    `${frames} frames its own`,
    `${tables} page tables`,
    `${regions.length} regions`,
    `${handles} handles`,
    ...Object.entries(quota).map(([what, { used, limit }]) => `quota ${used} of ${limit} ${what}`),
  ];
  return `# task ${task} ${name}: ${counts.join(", ")}`;
}
