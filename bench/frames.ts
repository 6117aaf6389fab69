import type { BenchMachineName } from "../cli/values.ts";
import { benchEmbedded } from "./frames-embedded.ts";
import { benchHosted } from "./frames-hosted.ts";
import { benchMetal } from "./frames-metal.ts";
import type { BenchResult } from "./result.ts";

/** `nitros bench frames`: the frame allocator alone, against peers in the same run. Names and units: docs/ARCHITECTURE.md, "Benches". */
export async function benchFrames(machines: readonly BenchMachineName[]): Promise<BenchResult[]> {
  const found: BenchResult[] = [];
  if (machines.includes("hosted")) found.push(...(await benchHosted()));
  if (machines.includes("embedded")) found.push(...(await benchEmbedded()));
  if (machines.includes("qemu")) found.push(...(await benchMetal()));
  return found;
}
