import type { BenchMachineName } from "../cli/values.ts";
import { benchBesideLinux } from "./beside-linux.ts";
import type { BenchResult } from "./result.ts";
import { SPACES_NUMBERS } from "./spaces-table.ts";

/** `nitros bench spaces`: what faults and calls cost a program. */
export async function benchSpaces(machines: readonly BenchMachineName[]): Promise<BenchResult[]> {
  return benchBesideLinux("spaces", SPACES_NUMBERS, machines);
}
