import { CounterMoment } from "../../kernel/trace/counters.ts";
import { countersAt, endedCounters } from "../records/counters.ts";
import type { TraceRecord } from "../records/decode.ts";
import type { FramesReport } from "../values.ts";
import { countersTables } from "./counters.ts";
import { frameAnswer } from "./frame.ts";
import { buddyinfo, zoneinfo } from "./linux.ts";
import { ownersTable } from "./owners.ts";
import { frameRuns } from "./runs.ts";

type Writer = (records: readonly TraceRecord[]) => string;

const writers: Readonly<Record<FramesReport, Writer>> = {
  owners: (records) => ownersTable(frameRuns(records)),
  buddyinfo: (records) => buddyinfo(frameRuns(records)),
  zoneinfo: (records) => zoneinfo(frameRuns(records), countersAt(CounterMoment.LOADED, records)),
  counters(records) {
    const counters = endedCounters(records);
    return counters === undefined ? "" : countersTables(counters);
  },
};

/** What `nitros boot --frames` prints of a report, or of the frame at an address; empty when the boot did not come so far. */
export function framesReport(wanted: FramesReport | bigint, records: readonly TraceRecord[]): string {
  return typeof wanted === "bigint" ? frameAnswer(wanted, records) : writers[wanted](records);
}
