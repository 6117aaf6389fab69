import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { ExitStatus } from "../../../cli/exit-status.ts";
import { loadMachine, type Machine } from "../../../cli/machines.ts";
import type { MachineName } from "../../../cli/values.ts";
import { buildFolder, projectRoot } from "../../../tools/build/assemblyscript.ts";
import { withManifestOf } from "../../../tools/build/manifest.ts";
import { bootPrograms } from "../../support/boot.ts";
import { abiValues, documentedCalls, type DocumentedCall } from "../../support/syscalls-page.ts";

/**
 * System calls drawn at random by several families of tasks and by modules at once, with short turns. What is wrong: an answer that docs/SYSCALLS.md does
 * not have for that call, what no task may have (write and execute; by a handle more than that allows) or none without a manifest (devices, other programs),
 * a write to what a module lends to be read, a panic, a frame or object that did not come back (the end of a run looks for these), or no end.
 */
export interface Fuzz {
  readonly machine: MachineName;
  readonly cpus: number;
  readonly seed: bigint;
  /** That each family makes, at least. */
  readonly calls: number;
  /** 0: a task goes on until it waits, so that on one CPU a seed repeats a run on metal, too. */
  readonly turnMilliseconds: number;
  /** The programs are told what is not so: what is found then shows that something can be. */
  readonly misled?: true;
}

const PROGRAMS = "tests/fuzz/programs";
export const FAMILIES = 3;
const PROGRAM = "calls";
/** The families' tasks are the ones from 2 on. */
const NAMES = ["tenant-1", ...Array<string>(FAMILIES).fill(PROGRAM), "controller", "tenant-2", "module"];
/** Modules by the name of their program: all are the same one. */
const MODULES: Readonly<Record<string, object>> = {
  "tenant-1": { name: "tenant", version: 1 },
  "tenant-2": { name: "tenant", version: 2, start: "on-demand" },
  controller: { name: "controller", version: 1, capabilities: ["module-control"] },
  module: {
    ...{ name: "module", version: 1, capabilities: ["devices", "module-control"], start: "on-demand" },
    devices: [{ physical: 0xfed0_0000, bytes: 4096, caching: "uncached", access: "read" }],
  },
};
/** These make calls until there are enough, or count those of others. */
const LASTING = [PROGRAM, "controller"];
const MEMORY_MIB = 64;

/** What went wrong, with all that is needed to see it again; undefined when nothing did. */
export async function failureOfCalls(fuzz: Fuzz, timeoutSeconds: number): Promise<string | undefined> {
  const { machine, cpus, seed, turnMilliseconds } = fuzz;
  writePrograms(fuzz);
  const wishes = {
    ...{ cpus, seed, frames: true, trace: false, memoryBytes: MEMORY_MIB * 2 ** 20 },
    ...{ turnMilliseconds, timeoutSeconds },
  };
  const booted = await bootPrograms(machine, sourcesFor(fuzz), wishes, await buildingOnce(fuzz));
  const { result, document, console } = booted;
  // Copies that nobody waited for may have died, and modules: that is 1.
  const hasEnded = result.status === ExitStatus.OK || result.status === ExitStatus.PROGRAM_FAILED;
  const lasting = document.programs.filter(({ name }) => LASTING.includes(name));
  const isSound = lasting.length === FAMILIES + 1 && lasting.every(({ exit }) => exit === 0);
  const found = console.match(/^.*wrong: .*$/gm) ?? [];
  if (hasEnded && isSound && found.length === 0 && document.cpus.length === cpus) return undefined;
  return [commandOf(fuzz), `status ${result.status} ${result.message ?? ""}`, ...found, console.slice(-3000)].join(
    "\n",
  );
}

/** Repeats it, exactly on the embedded machine. The programs are written when it is first run; their folder's name has the number of calls. */
export function commandOf(fuzz: Fuzz): string {
  const { machine, cpus, seed, turnMilliseconds } = fuzz;
  const flags = `--machine ${machine} --cpus ${cpus} --seed 0x${seed.toString(16)} --turn ${turnMilliseconds}`;
  return `nitros boot ${flags} --memory ${MEMORY_MIB}M ${sourcesFor(fuzz).join(" ")}`;
}

function sourcesFor(fuzz: Fuzz): string[] {
  return NAMES.map((name) => pathFor(fuzz, name));
}

function pathFor(fuzz: Fuzz, name: string): string {
  return `build/tests/${folderFor(fuzz)}/${name}.ts`;
}

/** A machine whose modules have the image of the one program, with their manifests. */
async function buildingOnce(fuzz: Fuzz): Promise<Machine> {
  const machine = await loadMachine(fuzz.machine);
  const image = await machine.buildProgram(join(projectRoot, pathFor(fuzz, PROGRAM)));
  return { ...machine, buildProgram: (source) => Promise.resolve(withManifestOf(source, image)) };
}

function folderFor({ calls, misled }: Fuzz): string {
  return `fuzz-${calls}${misled ? "-misled" : ""}`;
}

/** The program, with what is documented in place of the specimen, and modules that are the same. */
function writePrograms(fuzz: Fuzz): void {
  const folder = join(buildFolder, "tests", folderFor(fuzz));
  mkdirSync(folder, { recursive: true });
  for (const file of readdirSync(join(projectRoot, PROGRAMS)))
    copyFileSync(join(projectRoot, PROGRAMS, file), join(folder, basename(file)));
  writeFileSync(join(folder, "knowledge.ts"), knowledge(fuzz));
  for (const [name, manifest] of Object.entries(MODULES)) {
    writeFileSync(join(folder, `${name}.ts`), `export { main } from "./${PROGRAM}";\n`);
    writeFileSync(join(folder, `${name}.manifest.json`), JSON.stringify(manifest));
  }
}

/** Calls with which a program without a manifest can do nothing: it has neither devices nor memory whose place it knows, nor modules to control. */
const FOR_MODULES = ["sys_map", "spawn", "unload"];

/** What families are told that is not so: the first one that a call cannot answer that something is there, the second that nobody may unmap. */
const MISLED: Readonly<Record<number, Partial<Record<"forgotten" | "forbidden", string>>>> = {
  2: { forgotten: "EEXIST" },
  3: { forbidden: "munmap" },
};
/** The third one, that memory that it makes is not its own to write; and the tenant, that it may be written that it lends. */
const RESTRICTED = 4;
const [MAY_READ, ALL] = [5, 7];
/** Calls that show it soon. */
const ENOUGH = ["mmap", "munmap", "port_create", "call", "memory_create"];

function knowledge({ calls, misled = undefined }: Fuzz): string {
  const documented = documentedCalls();
  const families = misled ? MISLED : {};
  const drawn = misled ? documented.filter(({ name }) => ENOUGH.includes(name)) : documented;
  const numbers = drawn.map(({ number }, index) => `  if (index == ${index}) return ${number};\n`);
  const errors = documented.map(({ number, errors }) => `  if (number == ${number}) return ${errorBits(errors)};\n`);
  const forgotten = Object.entries(families).flatMap(([family, { forgotten }]) =>
    forgotten === undefined ? [] : documented.map((call) => forget(family, call, forgotten)),
  );
  const forbidden = Object.entries(families).map(([family, { forbidden }]) =>
    forbid(documented, `family == ${family}`, [forbidden]),
  );
  return `export const CALLS: u32 = ${calls};
export const NUMBERS: u32 = ${drawn.length};
export const LENT: u64 = ${misled ? ALL : MAY_READ};
export function numberOf(index: u32): u32 {
${numbers.join("")}  return 0;
}
export function errorsOf(number: u32, family: u32): u64 {
${forgotten.join("")}${errors.join("")}  return ${errorBits(["ENOSYS"])};
}
export function isForbidden(number: u32, family: u32): bool {
${forbid(documented, "true", FOR_MODULES)}${forbidden.join("")}  return false;
}
export function rightsOfMaker(family: u32): u64 {
  return ${misled ? `family == ${RESTRICTED} ? ${MAY_READ} : ` : ""}${ALL};
}
`;
}

function forget(family: string, { number, errors }: DocumentedCall, forgotten: string): string {
  const others = errors.filter((error) => error !== forgotten);
  return `  if (family == ${family} && number == ${number}) return ${errorBits(others)};\n`;
}

function forbid(calls: readonly DocumentedCall[], condition: string, names: readonly (string | undefined)[]): string {
  return calls
    .filter(({ name }) => names.includes(name))
    .map(({ number }) => `  if (${condition} && number == ${number}) return true;\n`)
    .join("");
}

function errorBits(errors: readonly string[]): string {
  const values = abiValues()["Errno"]!;
  const bits = errors.reduce((sum, error) => sum | (1n << -values[error]!), 1n << 63n);
  return `0x${bits.toString(16)}`;
}
