import { RecordKind } from "../../kernel/trace/records.ts";
import type { Fields, Json } from "./shapes.ts";

/** Nodes of memory, as `nitros boot --json` has them. */
export interface NumaReport {
  readonly [name: string]: Json;
  /** "srat"; "guessed" (experimental, from the memory map); "none": one node, since nobody tells of more. */
  readonly source: string;
  /** What of RAM and processors each has; empty with a source of "none". */
  readonly nodes: readonly NodeReport[];
  /** As the SLIT counts, from each node (row) to each. Null: there is none. */
  readonly distances: readonly (readonly number[])[] | null;
  readonly cpus: readonly Fields[];
  /** What was odd about the tables. */
  readonly oddities: readonly Fields[];
}

interface NodeReport {
  readonly [name: string]: Json;
  readonly node: number;
  readonly domain: number;
  readonly frames: string;
  readonly ranges: readonly Fields[];
  readonly cpus: readonly number[];
}

/** `all` gives the fields of the boot's records of a kind. Null: the boot did not come so far. */
export function numaReport(all: (kind: number) => readonly Fields[]): NumaReport | null {
  const topology = all(RecordKind.TOPOLOGY).at(-1);
  if (topology === undefined) return null;
  return {
    source: topology["source"] as string,
    nodes: all(RecordKind.NODE).map((node) => nodeReport(node, all)),
    distances: distanceRows(all(RecordKind.NODE_DISTANCE)),
    cpus: all(RecordKind.NODE_CPU),
    oddities: all(RecordKind.TOPOLOGY_ODDITY),
  };
}

function nodeReport(node: Fields, all: (kind: number) => readonly Fields[]): NodeReport {
  const number = node["node"] as number;
  const own = (kind: number) => all(kind).filter((fields) => fields["node"] === number);
  return {
    node: number,
    domain: node["domain"] as number,
    frames: node["frames"] as string,
    ranges: own(RecordKind.NODE_RANGE).map(({ first, last }) => ({ first: first!, last: last! })),
    cpus: own(RecordKind.NODE_CPU).map(({ cpu }) => cpu as number),
  };
}

function distanceRows(distances: readonly Fields[]): number[][] | null {
  if (distances.length === 0) return null;
  const rows: number[][] = [];
  for (const { from, distance } of distances) (rows[from as number] ??= []).push(distance as number);
  return rows;
}
