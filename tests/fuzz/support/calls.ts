import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ExitStatus } from "../../../cli/exit-status.ts";
import type { MachineName } from "../../../cli/values.ts";
import { buildFolder, projectRoot } from "../../../tools/build/assemblyscript.ts";
import { bootPrograms, sourceText } from "../../support/boot.ts";
import { abiValues, documentedCalls } from "../../support/syscalls-page.ts";

/**
 * System calls drawn at random by several families of tasks at once, with short turns. What is wrong: an answer that docs/SYSCALLS.md does
 * not have for that call, what no task may have (write and execute) or none without a manifest (devices, other programs), a panic, a frame or object that did not come back (the end of a run looks for these), or no end.
 */
export interface Fuzz {
  readonly machine: MachineName;
  readonly cpus: number;
  readonly seed: bigint;
  /** That each family makes, at least. */
  readonly calls: number;
  /** 0: a task goes on until it waits, so that on one CPU a seed repeats a run on metal, too. */
  readonly turnMilliseconds: number;
  /** An error that no call is taken to document: what is found then shows that something can be. */
  readonly forgotten?: string;
  /** A call that is taken to be nobody's to make: the same. */
  readonly forbidden?: string;
}

const PROGRAM = "tests/fuzz/programs/calls.ts";
export const FAMILIES = 3;
const MEMORY_MIB = 64;
const DASHES = /^\/\/ -{20,}\n[^]*?^\/\/ -{20,}\n/m;

/** What went wrong, with all that is needed to see it again; undefined when nothing did. */
export async function failureOfCalls(fuzz: Fuzz, timeoutSeconds: number): Promise<string | undefined> {
  const { machine, cpus, seed, turnMilliseconds } = fuzz;
  const sources = Array<string>(FAMILIES).fill(fuzzProgram(fuzz));
  const { result, document, console } = await bootPrograms(machine, sources, {
    ...{ cpus, seed, frames: true, trace: false, memoryBytes: MEMORY_MIB * 2 ** 20 },
    ...{ turnMilliseconds, timeoutSeconds },
  });
  // Copies that nobody waited for may have died: that is 1.
  const hasEnded = result.status === ExitStatus.OK || result.status === ExitStatus.PROGRAM_FAILED;
  const isSound = document.programs.length === FAMILIES && document.programs.every(({ exit }) => exit === 0);
  const found = console.match(/^.*wrong: call .*$/gm) ?? [];
  if (hasEnded && isSound && found.length === 0 && document.cpus.length === cpus) return undefined;
  return [commandOf(fuzz), `status ${result.status} ${result.message ?? ""}`, ...found, console.slice(-3000)].join(
    "\n",
  );
}

/** Repeats it, exactly on the embedded machine. The program is written when it is first run; its name has the number of calls. */
export function commandOf(fuzz: Fuzz): string {
  const { machine, cpus, seed, turnMilliseconds } = fuzz;
  const flags = `--machine ${machine} --cpus ${cpus} --seed 0x${seed.toString(16)} --turn ${turnMilliseconds}`;
  return `nitros boot ${flags} --memory ${MEMORY_MIB}M${` ${pathFor(fuzz)}`.repeat(FAMILIES)}`;
}

function pathFor({ calls, forgotten = "", forbidden = "" }: Fuzz): string {
  return `build/tests/fuzz-${calls}${forgotten}${forbidden}.ts`;
}

/** The program, with the calls and their errors as they are documented. Its path, from the project's root. */
function fuzzProgram(fuzz: Fuzz): string {
  const source = sourceText(PROGRAM);
  if (!DASHES.test(source)) throw new Error(`${PROGRAM} has no two lines of dashes`);
  mkdirSync(join(buildFolder, "tests"), { recursive: true });
  const path = pathFor(fuzz);
  writeFileSync(
    join(projectRoot, path),
    source.replace(DASHES, () => knowledge(fuzz)),
  );
  return path;
}

/** Calls with which a program without a manifest can do nothing: it has neither devices nor memory whose place it knows, nor modules to control. */
const FOR_MODULES = ["sys_map", "spawn", "unload"];

/** As chains of conditions: a table would be memory that the task can write over. */
function knowledge({ calls, forgotten, forbidden }: Fuzz): string {
  const documented = documentedCalls();
  const numbers = documented.map(({ number }, index) => `  if (index == ${index}) return ${number};\n`);
  const errors = documented.map(
    (call) =>
      `  if (number == ${call.number}) return ${errorBits(call.errors.filter((error) => error !== forgotten))};\n`,
  );
  const refusals = documented
    .filter(({ name }) => [...FOR_MODULES, forbidden].includes(name))
    .map(({ number }) => `  if (number == ${number}) return true;\n`);
  return `const CALLS: u32 = ${calls};
const NUMBERS: u32 = ${documented.length};
function numberOf(index: u32): u32 {
${numbers.join("")}  return 0;
}
function errorsOf(number: u32): u64 {
${errors.join("")}  return ${errorBits(["ENOSYS"])};
}
function isForbidden(number: u32): bool {
${refusals.join("")}  return false;
}
`;
}

function errorBits(errors: readonly string[]): string {
  const values = abiValues()["Errno"]!;
  const bits = errors.reduce((sum, error) => sum | (1n << -values[error]!), 1n << 63n);
  return `0x${bits.toString(16)}`;
}
