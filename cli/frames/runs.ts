import { FrameOwner } from "../../kernel/frames/owners.ts";
import { RecordKind } from "../../kernel/trace/records.ts";
import type { TraceRecord } from "../records/decode.ts";

/** Frames in a row that have one owner: FRAME_RUN of `kernel/trace/records.ts`. `end` is the number after the last. */
export interface FrameRun {
  readonly first: number;
  readonly end: number;
  readonly owner: number;
  readonly node: number;
  readonly holders: number;
}

export function frameRuns(records: readonly TraceRecord[]): FrameRun[] {
  return records
    .filter(({ kind }) => kind === RecordKind.FRAME_RUN)
    .map(({ first, second, value }) => ({
      first: Number(first),
      end: Number(second) + 1,
      owner: Number(value & 0xffn),
      node: Number((value >> 8n) & 0xffn),
      holders: Number(value >> 16n),
    }));
}

/** Linux's zones of x86-64: what old devices reach, what 32 address bits reach, the rest. */
const ZONES = [
  { name: "DMA", first: 0, end: 2 ** 12 },
  { name: "DMA32", first: 2 ** 12, end: 2 ** 20 },
  { name: "Normal", first: 2 ** 20, end: 2 ** 32 },
] as const;

export interface ZonePart {
  readonly node: number;
  readonly zone: string;
  /** In ascending order, none of them empty. */
  readonly runs: readonly FrameRun[];
}

/** What each node has in each zone; zones in which it has no RAM are left out. */
export function zoneParts(runs: readonly FrameRun[]): ZonePart[] {
  const nodes = [...new Set(runs.map(({ node }) => node))].sort((left, right) => left - right);
  const parts = nodes.flatMap((node) =>
    ZONES.map(({ name, first, end }) => ({
      node,
      zone: name,
      runs: runs
        .filter((run) => run.node === node && run.first < end && run.end > first)
        .map((run) => ({ ...run, first: Math.max(run.first, first), end: Math.min(run.end, end) })),
    })),
  );
  return parts.filter((part) => part.runs.length > 0);
}

export function framesOf(runs: readonly FrameRun[], isWanted: (run: FrameRun) => boolean): number {
  return runs.filter(isWanted).reduce((sum, { first, end }) => sum + end - first, 0);
}

export function isFree({ owner }: FrameRun): boolean {
  return owner === FrameOwner.FREE;
}
