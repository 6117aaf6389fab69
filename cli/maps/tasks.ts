import { QuotaKind } from "../../kernel/quotas/layout.ts";
import { RegionCounter } from "../../kernel/trace/counters.ts";
import { RecordKind } from "../../kernel/trace/records.ts";
import { textBytes, type TraceRecord } from "../records/decode.ts";
import { nameOf } from "../records/names.ts";

/** A region as its task ended. */
export interface TaskRegion {
  readonly first: bigint;
  readonly last: bigint;
  /** RegionKind. */
  readonly kind: number;
  /** Right bits. */
  readonly rights: number;
  readonly isSealed: boolean;
  readonly offset: bigint;
  readonly bytes: Readonly<Record<keyof typeof RegionCounter, number>>;
}

/** Of what its quota limits. */
export type QuotaUse = Readonly<Record<"used" | "limit", number>>;

export interface TaskMemory {
  readonly task: number;
  readonly name: string;
  /** Nobody else held them. */
  readonly frames: number;
  readonly tables: number;
  readonly handles: number;
  /** What the task and its copies had together, by the names of QuotaKind in small letters: no more than is limited. */
  readonly quota: Readonly<Record<string, QuotaUse>>;
  readonly regions: readonly TaskRegion[];
}

/** What each task had when it ended, in that order; none of the tasks whose end the boot did not see. */
export function tasksMemory(records: readonly TraceRecord[]): TaskMemory[] {
  return records
    .filter(({ kind }) => kind === RecordKind.TASK_MEMORY)
    .map(({ task, first, second, value }) => {
      const own = records.filter((record) => record.task === task);
      const name = own.filter(({ kind }) => kind === RecordKind.TASK_NAME).map(textBytes);
      return {
        task,
        name: Buffer.concat(name).toString("utf8"),
        frames: Number(first),
        tables: Number(second),
        handles: Number(value >> 32n),
        quota: quotaOf(own),
        regions: regionsOf(own),
      };
    });
}

function quotaOf(records: readonly TraceRecord[]): Readonly<Record<string, QuotaUse>> {
  const limits = records.filter(({ kind }) => kind === RecordKind.TASK_QUOTA);
  const entries = limits.map(
    ({ first, second, value }) => [nameOf(QuotaKind, first), { used: Number(value), limit: Number(second) }] as const,
  );
  return Object.fromEntries(entries);
}

/** What follows a REGION is about it. */
function regionsOf(records: readonly TraceRecord[]): TaskRegion[] {
  const starts = [...records.keys()].filter((at) => records[at]!.kind === RecordKind.REGION);
  return starts.map((start, index) => regionOf(records.slice(start, starts[index + 1])));
}

function regionOf([region, ...facts]: readonly TraceRecord[]): TaskRegion {
  const { first, second, value } = region!;
  const offset = facts.find(({ kind }) => kind === RecordKind.REGION_OFFSET);
  const found = facts.filter(({ kind }) => kind === RecordKind.REGION_BYTES);
  const counted = (counter: number) => Number(found.find((fact) => Number(fact.first) === counter)?.second ?? 0n);
  const bytes = Object.entries(RegionCounter).map(([name, counter]) => [name, counted(counter)]);
  return {
    ...{ first, last: second, offset: offset?.first ?? 0n },
    ...{ kind: Number(value & 0xffn), rights: Number((value >> 8n) & 0xffn), isSealed: value >> 16n !== 0n },
    bytes: Object.fromEntries(bytes) as TaskRegion["bytes"],
  };
}
