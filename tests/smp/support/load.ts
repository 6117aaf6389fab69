import type { MachineName } from "../../../cli/values.ts";
import { bootPrograms } from "../../support/boot.ts";

/** CPUs under load: several families of tasks that do everything at random, with short turns. The run's end checks that all memory is back. */
const LOAD = "tests/smp/programs/load.ts";
/** Beside them one that calculates, and has to make room. */
const SOURCES = [LOAD, LOAD, LOAD, "tests/smp/programs/compute.ts"];
const TURN_MILLISECONDS = 1;
const TIMEOUT_SECONDS = 240;

export interface Load {
  readonly machine: MachineName;
  readonly cpus: number;
  readonly seed: bigint;
}

/** What went wrong, with all that is needed to see it again; undefined when nothing did. */
export async function failureUnderLoad(load: Load): Promise<string | undefined> {
  const { machine, cpus, seed } = load;
  const { result, document, console } = await bootPrograms(machine, SOURCES, {
    ...{ cpus, seed, frames: true, trace: false },
    ...{ turnMilliseconds: TURN_MILLISECONDS, timeoutSeconds: TIMEOUT_SECONDS },
  });
  const isSound = result.status === 0 && document.programs.every(({ output }) => !output.includes("wrong"));
  if (isSound && document.cpus.length === cpus) return undefined;
  return `${commandOf(load)}\nstatus ${result.status} ${result.message ?? ""}\n${console.slice(-3000)}`;
}

export function commandOf({ machine, cpus, seed }: Load): string {
  const flags = `--machine ${machine} --cpus ${cpus} --seed 0x${seed.toString(16)} --turn ${TURN_MILLISECONDS} --memory 256M --json`;
  return `nitros boot ${flags} ${SOURCES.join(" ")}`;
}
