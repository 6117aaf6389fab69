import { runHosted } from "../machine/hosted/run.ts";
import type { BenchMachineName } from "../cli/values.ts";
import { buildHosted } from "../tools/build/hosted.ts";
import { requireNativeTools } from "../tools/native-tools.ts";
import { median } from "./numbers.ts";
import type { BenchResult } from "./result.ts";

/**
 * `nitros bench copies`: zeroing and copying past the caches over doing it plainly, by the size of a piece, each piece cold. Ratios of one
 * run, medians of five; below 1 streaming is faster. What it spares the caches is not in them.
 */
const SIZES = [4096, 65536, 2 ** 18, 2 ** 20, 2 ** 21, 2 ** 25];
const RAM_BYTES = 2 ** 30;
const ROUNDS = 5;

export async function benchCopies(machines: readonly BenchMachineName[]): Promise<BenchResult[]> {
  if (!machines.includes("hosted")) return [];
  requireNativeTools("clang", "ld.lld");
  const program = await buildHosted("copying");
  const found: BenchResult[] = [];
  for (const what of ["zero", "copy"]) for (const size of SIZES) found.push(await ratio(program, what, size));
  return found;
}

async function ratio(program: string, what: string, size: number): Promise<BenchResult> {
  process.stderr.write(`measuring: ${what}, ${sizeName(size)}…\n`);
  const turn = ["Plain", "Streaming"].map((way) => ({ workload: what + way, argument: size }));
  // The first turn makes Linux find the memory.
  const turns = Array.from({ length: ROUNDS + 1 }, () => turn).flat();
  const { all } = await runHosted(program, [{ workload: "declare", argument: RAM_BYTES }, ...turns]);
  const times = all.slice(3).map((results) => Number(results[0]));
  const ratios = Array.from({ length: ROUNDS }, (_, round) => times[2 * round + 1]! / times[2 * round]!);
  return {
    name: `copies.${what}.${sizeName(size)}`,
    machine: "hosted",
    unit: "times plain",
    value: median(ratios),
    peers: { plain: 1 },
  };
}

function sizeName(bytes: number): string {
  return bytes < 2 ** 20 ? `${bytes / 1024}K` : `${bytes / 2 ** 20}M`;
}
