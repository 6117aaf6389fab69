import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runHosted, type HostedRun, type Step } from "../machine/hosted/run.ts";
import { hostedSymbol } from "../tools/build/hosted.ts";
import { requireNativeTools } from "../tools/native-tools.ts";

/** A run of the hosted program whose instructions are counted. */
export interface CountedRun {
  readonly steps: readonly Step[];
  /** Those workloads within which instructions count. */
  readonly counts: (workload: string) => boolean;
  readonly env?: NodeJS.ProcessEnv;
}

/** Instructions within some of the workloads, by valgrind's callgrind. */
export async function countInstructions(program: string, { steps, counts, env }: CountedRun): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "nitros-bench-"));
  try {
    const { valgrind } = requireNativeTools("valgrind");
    const counting = steps.filter(({ workload }) => counts(workload));
    const toggles = counting.map(({ workload }) => `--toggle-collect=${hostedSymbol(workload)}`);
    const under = [valgrind, "--tool=callgrind", `--callgrind-out-file=${join(folder, "out")}`, ...toggles];
    return collected(await runHosted(program, steps, { under, env: env ?? {} }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** callgrind's last words: "Collected : 123". None counted is not a small number: the function was not found. */
function collected({ stderr }: HostedRun): number {
  const count = Number(/Collected : (\d+)/.exec(stderr)?.[1] ?? 0);
  if (count === 0) throw new Error(`callgrind counted nothing:\n${stderr}`);
  return count;
}
