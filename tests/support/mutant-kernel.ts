import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";
import { ExitStatus } from "../../cli/exit-status.ts";
import { loadMachine } from "../../cli/machines.ts";
import { bootEmbedded } from "../../machine/embedded/index.ts";
import { buildFolder, compileAssemblyScript } from "../../tools/build/assemblyscript.ts";
import { type EmbeddedKernel, hostImports, wrapKernel } from "../../tools/build/embedded.ts";
import { type Booted, bootPrograms, type Wishes } from "./boot.ts";
import { type Mutant, plant, UNOPTIMISED } from "./mutants.ts";

/** Mistakes that only the whole kernel shows, with programs that it runs on the embedded machine. */

/** What a test boots, and what it looks at. */
export interface Trial {
  readonly sources: readonly string[];
  readonly wishes?: Wishes;
  /** Throws at what should not be. */
  readonly check: (booted: Booted) => void;
}

export interface BootedMutant extends Mutant {
  /** What finds it. */
  readonly by: Trial;
  /** It makes somebody wait, or run, for ever. */
  readonly isEndless?: true;
}

/** More than twenty times what the boots that end take here. */
const ENDLESS_SECONDS = 5;
const SOURCES = ["kernel", "platform/embedded"];

/** Declares the tests: each mistake is found by its trial, which finds nothing in a kernel that is built as the mutants are and has none. */
export function findMistakes(folder: string, mutants: readonly BootedMutant[]): void {
  const trials = [...new Set(mutants.map(({ by }) => by))];
  describe("without a mistake nothing is found", () => {
    for (const [index, trial] of trials.entries()) {
      test(`by trial ${index + 1} of ${trials.length}`, async () => {
        trial.check(await bootWith(undefined, `${folder}-none`, trial));
      });
    }
  });
  describe("a planted mistake is found:", { concurrency: 2 }, () => {
    for (const [index, mutant] of mutants.entries()) {
      test(mutant.what, async (t) => {
        const booted = await bootWith(mutant, `${folder}-${index}`, mutant.by);
        assert.equal(booted.result.status === ExitStatus.TIMED_OUT, mutant.isEndless ?? false, booted.console);
        assert.throws(() => mutant.by.check(booted));
        t.diagnostic(
          `status ${booted.result.status}: ${booted.result.message ?? booted.console.trim().split("\n").at(-1)}`,
        );
      });
    }
  });
}

async function bootWith(mutant: BootedMutant | undefined, name: string, trial: Trial): Promise<Booted> {
  const { buildProgram } = await loadMachine("embedded");
  const kernel = await buildMutantKernel(mutant, name);
  const boot: typeof bootEmbedded = (request, observer) => bootEmbedded(request, observer, { kernel });
  const wishes = mutant?.isEndless ? { ...trial.wishes, timeoutSeconds: ENDLESS_SECONDS } : trial.wishes;
  return bootPrograms("embedded", trial.sources, wishes, { buildProgram, boot });
}

async function buildMutantKernel(mutant: Mutant | undefined, name: string): Promise<EmbeddedKernel> {
  const folder = plant(mutant, name, SOURCES);
  const inBuild = (path: string) => join("build", folder, path);
  const wasm = await compileAssemblyScript({
    entry: join(buildFolder, folder, "platform/embedded/entry.ts"),
    output: `${folder}.wasm`,
    paths: [inBuild("platform/embedded")],
    flags: ["--use", `abort=${inBuild("kernel/console/panic/kernelAbort")}`, "--enable", "bulk-memory", ...UNOPTIMISED],
    allowedImports: hostImports(),
  });
  return wrapKernel(wasm);
}
