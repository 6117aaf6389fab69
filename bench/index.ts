/** One measured number. Names and units: docs/ARCHITECTURE.md, "Benches". */
export interface BenchResult {
  readonly name: string;
  readonly machine: string;
  readonly unit: string;
  readonly value: number;
  /** What others take for the same, by their name. */
  readonly peers: Readonly<Record<string, number>>;
}

/** `nitros bench NAME`. Each bench says on stderr what it is doing. */
export const benches: Readonly<Record<string, () => Promise<BenchResult[]>>> = {
  boot: async () => (await import("./boot.ts")).benchBoot(),
};
