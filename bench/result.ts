import type { BenchMachineName } from "../cli/values.ts";

/** What a number should be. */
export type BenchTarget = { readonly atMost: number } | { readonly atLeast: number };

/** One measured number. Names and units: docs/ARCHITECTURE.md, "Benches". */
export interface BenchResult {
  readonly name: string;
  readonly machine: string;
  readonly unit: string;
  readonly value: number;
  /** Beside instructions that are net of them: words of 8 bytes zeroed or copied, each a step of REP or a MOVNTI (bench/net.ts). */
  readonly rep?: number;
  /** What others take for the same, by their name. */
  readonly peers: Readonly<Record<string, number>>;
  readonly target?: BenchTarget | undefined;
}

/** Measures on some machines, and says on stderr what it is doing. */
export type Bench = (machines: readonly BenchMachineName[]) => Promise<BenchResult[]>;
