import type { MachineName } from "../cli/values.ts";

/** One measured number. Names and units: docs/ARCHITECTURE.md, "Benches". */
export interface BenchResult {
  readonly name: string;
  readonly machine: string;
  readonly unit: string;
  readonly value: number;
  /** What others take for the same, by their name. */
  readonly peers: Readonly<Record<string, number>>;
}

/** Measures on some machines, and says on stderr what it is doing. */
export type Bench = (machines: readonly MachineName[]) => Promise<BenchResult[]>;
