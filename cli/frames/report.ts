import type { TraceRecord } from "../records/decode.ts";
import type { FramesReport } from "../values.ts";
import { buddyinfo, zoneinfo } from "./linux.ts";
import { ownersTable } from "./owners.ts";
import { frameRuns, type FrameRun } from "./runs.ts";

const writers: Readonly<Record<FramesReport, (runs: readonly FrameRun[]) => string>> = {
  owners: ownersTable,
  buddyinfo,
  zoneinfo,
};

/** What `nitros boot --frames REPORT` prints; empty when the boot did not come so far. */
export function framesReport(report: FramesReport, records: readonly TraceRecord[]): string {
  return writers[report](frameRuns(records));
}
