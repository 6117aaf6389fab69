import { RegionKind } from "../../kernel/spaces/kinds.ts";
import { SegmentRight } from "../../kernel/bootinfo/layout.ts";
import type { TaskMemory, TaskRegion } from "./tasks.ts";

/** A task's regions as Linux's /proc/PID/maps and /proc/PID/smaps have them (proc_pid_maps(5), proc_pid_smaps(5)), as far as there is the like. */

const NAMES: Readonly<Record<number, string>> = {
  [RegionKind.HEAP]: "[heap]",
  [RegionKind.STACK]: "[stack]",
  [RegionKind.STACK_GUARD]: "[guard]",
  [RegionKind.GUARD]: "[guard]",
  [RegionKind.MESSAGE_BUFFER]: "[message]",
  [RegionKind.DEVICE]: "[device]",
  [RegionKind.SHARED]: "[shared]",
};
/** Parts of the program's file. */
const OF_FILE: ReadonlySet<number> = new Set([RegionKind.TEXT, RegionKind.RODATA, RegionKind.DATA]);
const SHARED: ReadonlySet<number> = new Set([RegionKind.DEVICE, RegionKind.SHARED]);
const NAME_COLUMN = 73;

export function mapsLines({ name, regions }: TaskMemory): string[] {
  return regions.map((region) => mapsLine(region, name));
}

function mapsLine({ first, last, kind, rights, offset }: TaskRegion, program: string): string {
  const has = (right: number, letter: string) => ((rights & right) !== 0 ? letter : "-");
  const letters = has(SegmentRight.READ, "r") + has(SegmentRight.WRITE, "w") + has(SegmentRight.EXECUTE, "x");
  const range = `${address(first)}-${address(last + 1n)}`;
  const line = `${range} ${letters}${SHARED.has(kind) ? "s" : "p"} ${address(offset)} 00:00 0`;
  const name = OF_FILE.has(kind) ? program : (NAMES[kind] ?? "");
  return name === "" ? line : `${line.padEnd(NAME_COLUMN)}${name}`;
}

/** At least eight digits. */
function address(value: bigint): string {
  return value.toString(16).padStart(8, "0");
}

export function smapsLines({ name, regions }: TaskMemory): string[] {
  return regions.flatMap((region) => [
    mapsLine(region, name),
    ...facts(region).map(([what, bytes]) => fact(what, bytes)),
  ]);
}

function facts({ first, last, bytes }: TaskRegion): [string, number][] {
  return [
    ["Size", Number(last - first + 1n)],
    ["KernelPageSize", 4096],
    ["MMUPageSize", 4096],
    ["Rss", bytes.SHARED_CLEAN + bytes.SHARED_DIRTY + bytes.PRIVATE_CLEAN + bytes.PRIVATE_DIRTY],
    ["Pss", bytes.PROPORTIONAL],
    ["Shared_Clean", bytes.SHARED_CLEAN],
    ["Shared_Dirty", bytes.SHARED_DIRTY],
    ["Private_Clean", bytes.PRIVATE_CLEAN],
    ["Private_Dirty", bytes.PRIVATE_DIRTY],
    ["Referenced", bytes.REFERENCED],
    ["AnonHugePages", bytes.LARGE],
  ];
}

function fact(what: string, bytes: number): string {
  return `${`${what}:`.padEnd(16)}${String(Math.floor(bytes / 1024)).padStart(8)} kB`;
}
