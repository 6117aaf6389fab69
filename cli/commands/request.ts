import {
  MEMORY_LIMITS,
  type BootRequest,
  type CrashKind,
  type HideableFeature,
  type Program,
} from "../../machine/machine.ts";
import { refuseNodes } from "../../machine/numa.ts";
import { withQuota } from "../../tools/build/quota.ts";
import { UsageError } from "../exit-status.ts";
import type { Machine } from "../machines.ts";
import type { ProgramSource } from "../programs.ts";
import { progress } from "../progress.ts";
import { nearest } from "../nearest.ts";
import { memoryText, type FramesReport, type MachineName, type MapsFormat, type QuotaWish } from "../values.ts";

/** The flags of `nitros boot`, as commander hands them over. */
export interface BootFlags {
  readonly machine: MachineName;
  readonly memory?: number;
  readonly cpus: number;
  readonly turn: number;
  readonly patience: number;
  readonly numa: number;
  readonly seed?: bigint;
  readonly trace?: string;
  readonly json?: true;
  readonly timeout: number;
  readonly aslr: boolean;
  readonly firmware?: string;
  readonly without?: readonly HideableFeature[];
  readonly crash?: CrashKind;
  readonly failAllocation?: number;
  readonly debugHeap?: true;
  readonly frames?: FramesReport | bigint;
  readonly maps?: MapsFormat;
  readonly quota?: readonly QuotaWish[];
}

const DEFAULT_MEMORY_BYTES = 512 * 2 ** 20;
/** `MAX_MODULES` of bootinfo. */
const MAX_PROGRAMS = 64;
/** `MAX_CPUS` of kernel/frames/cpu-cache.ts. */
const MAX_CPUS = 64;

/** Refuses what is understood but cannot be had. Nothing that was asked for is ignored. */
export function refuseUnbuilt(flags: BootFlags, programCount: number): void {
  if (flags.cpus > MAX_CPUS) throw new UsageError(`--cpus ${flags.cpus}: the kernel runs ${MAX_CPUS} at most`);
  refuseNuma(flags);
  if (programCount > MAX_PROGRAMS) {
    throw new UsageError(`${programCount} programs: the boot agent hands over at most ${MAX_PROGRAMS}`);
  }
  if (flags.json && flags.frames !== undefined)
    throw new UsageError("--json and --frames: the document has the owners; leave one out");
  if (flags.maps !== undefined && (flags.json || flags.frames !== undefined))
    throw new UsageError("--maps, beside --json or --frames: one report at a time; the document has all of them");
  if (flags.machine === "qemu") refuseOnQemu(flags);
  if (flags.firmware !== undefined && flags.memory !== undefined) {
    throw new UsageError("--memory and --firmware: the map says where RAM is; leave one of them out");
  }
  if (flags.memory !== undefined) refuseMemory(flags.memory, flags.machine);
}

function refuseMemory(bytes: number, machine: MachineName): void {
  const { least, most, unit } = MEMORY_LIMITS[machine];
  const refuse = (why: string) => {
    throw new UsageError(`--memory ${memoryText(bytes)}: ${why}`);
  };
  if (bytes < least) refuse(`OVMF in QEMU needs ${memoryText(least)} at least; --machine embedded takes less`);
  if (bytes > most) refuse(`the ${machine} machine has ${memoryText(most)} at most`);
  if (bytes % unit !== 0) refuse(`the ${machine} machine has memory in units of ${memoryText(unit)}`);
}

/** With `--firmware` the machine knows how much memory there is, and refuses by itself. */
function refuseNuma({ numa, memory, firmware }: BootFlags): void {
  const refusal = refuseNodes(numa, firmware === undefined ? (memory ?? DEFAULT_MEMORY_BYTES) : Infinity);
  if (refusal !== undefined) throw new UsageError(`--numa ${numa}: ${refusal}`);
}

function refuseOnQemu(flags: BootFlags): void {
  if (flags.firmware !== undefined) {
    throw new UsageError("--firmware: on QEMU the firmware is real and makes its own map; use --machine embedded");
  }
}

/** Compiles the programs and puts the request together. */
export async function makeRequest(
  machine: Machine,
  programs: readonly ProgramSource[],
  flags: BootFlags,
  colour: boolean,
): Promise<BootRequest> {
  return {
    programs: limited(await compilePrograms(machine, programs), flags.quota ?? []),
    memoryBytes: flags.memory ?? DEFAULT_MEMORY_BYTES,
    cpus: flags.cpus,
    numaNodes: flags.numa,
    turnMilliseconds: flags.turn,
    patienceMilliseconds: flags.patience,
    seed: flags.seed,
    aslr: flags.aslr,
    colour,
    trace: flags.trace !== undefined,
    without: flags.without ?? [],
    crash: flags.crash,
    failAllocation: flags.failAllocation,
    kernelBuild: flags.debugHeap === true ? "debug-heap" : "usual",
    frames: flags.json === true || flags.frames !== undefined || flags.maps !== undefined,
    timeoutSeconds: flags.timeout,
  };
}

/** Compiles each source once. */
export async function compilePrograms(
  machine: Pick<Machine, "buildProgram">,
  sources: readonly ProgramSource[],
): Promise<Program[]> {
  const images = new Map<string, Uint8Array>();
  for (const { name, source } of sources) {
    if (images.has(source)) continue;
    progress(`compiling ${name}`);
    images.set(source, await machine.buildProgram(source));
  }
  return sources.map(({ name, source }) => ({ name, image: images.get(source)! }));
}

/** The programs with what quotas are wanted for them; of several the last one counts. */
function limited(programs: readonly Program[], wishes: readonly QuotaWish[]): Program[] {
  return programs.map(({ name, image }) => {
    const own = wishes.filter(({ program }) => program === undefined || program === name);
    return { name, image: own.reduce((made, { quota }) => withQuota(made, quota), image) };
  });
}

/** Refuses quotas of programs that are not among `names`. */
export function refuseQuotas(names: readonly string[], wishes: readonly QuotaWish[]): void {
  const lost = wishes
    .map(({ program }) => program)
    .find((program) => program !== undefined && !names.includes(program));
  if (lost === undefined) return;
  const hint = nearest(lost, names);
  const known = hint === undefined ? `there are ${[...new Set(names)].join(", ")}` : `did you mean ${hint}?`;
  throw new UsageError(`--quota ${lost}: no program of that name is booted; ${known}`);
}
