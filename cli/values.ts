import { InvalidArgumentError } from "commander";
import { CRASH_KINDS, HIDEABLE_FEATURES, type CrashKind, type HideableFeature } from "../machine/machine.ts";
import { isLimit, LIMIT_RANGE, QUOTA_WORDS, type Quota, type QuotaWord } from "../tools/build/quota.ts";
import { nearest } from "./nearest.ts";

/** Readers of the command line's values. Each throws commander's InvalidArgumentError, which names the flag. */

const UNIT_BYTES: Readonly<Record<string, number>> = { "": 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };
const PAGE_BYTES = 4096;
/** A frame number has 32 bits, so the kernel cannot name memory beyond 16 TiB. */
const MAX_MEMORY_BYTES = 2 ** 44;

/** "512M", "4G", "1073741824": bytes, with binary units. */
export function readMemory(text: string): number {
  const match = /^(\d+)([KMGT]?)(?:i?B)?$/i.exec(text);
  if (!match) throw new InvalidArgumentError(`Write a number of bytes, or one with K, M, G or T: 512M, 4G.`);
  const bytes = Number(match[1]) * UNIT_BYTES[match[2]!.toUpperCase()]!;
  if (bytes % PAGE_BYTES !== 0) throw new InvalidArgumentError(`Memory comes in frames of ${PAGE_BYTES} bytes.`);
  if (bytes > MAX_MEMORY_BYTES) throw new InvalidArgumentError("At most 16T can be named by a frame number.");
  return bytes;
}

/** As `readMemory` reads it, in the largest unit that divides it. */
export function memoryText(bytes: number): string {
  const units = Object.entries(UNIT_BYTES).filter(([, unit]) => bytes % unit === 0 && bytes >= unit);
  const [name, unit] = units.at(-1) ?? ["", 1];
  return `${bytes / unit}${name}`;
}

/** A seed: 64 bits, decimal or 0x…. */
export function readSeed(text: string): bigint {
  if (!/^(\d+|0x[0-9a-f]+)$/i.test(text)) {
    throw new InvalidArgumentError("A seed is a number from 0 to 2^64 - 1, decimal or 0x….");
  }
  const seed = BigInt(text);
  if (seed >= 1n << 64n) throw new InvalidArgumentError("A seed has at most 64 bits.");
  return seed;
}

/** A count of one or more. */
export function readCount(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError("Write a whole number from 1.");
  return Number(text);
}

/** Milliseconds of a turn; 0 for no end. */
export function readTurn(text: string): number {
  return readMilliseconds(text, 10_000);
}

/** Milliseconds that a server may take; 0 for no end. */
export function readPatience(text: string): number {
  return readMilliseconds(text, 3_600_000);
}

function readMilliseconds(text: string, most: number): number {
  const milliseconds = /^\d{1,7}$/.test(text) ? Number(text) : NaN;
  if (!(milliseconds <= most)) throw new InvalidArgumentError(`Write milliseconds from 0 to ${most}.`);
  return milliseconds;
}

/** Seconds, with decimals if wanted; more than none, at most a day. */
export function readSeconds(text: string): number {
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
  if (!(seconds > 0 && seconds <= 86_400)) {
    throw new InvalidArgumentError("Write seconds: more than 0, at most 86400.");
  }
  return seconds;
}

/** "nx,smep": features to hide. */
export function readFeatures(text: string): readonly HideableFeature[] {
  const names = text.split(",").map((name) => name.trim().toLowerCase());
  return [...new Set(names.map((name) => oneOf(name, HIDEABLE_FEATURES)))];
}

export function readCrash(text: string): CrashKind {
  return oneOf(text, CRASH_KINDS);
}

export function readMachine(text: string): MachineName {
  return oneOf(text, MACHINE_NAMES);
}

/** What `--quota` says: of one program, or of all of them. */
export interface QuotaWish {
  readonly program: string | undefined;
  readonly quota: Quota;
}

/** "hog:frames=100,regions=20", or without a program's name. After `before`, as the option may be given several times. */
export function readQuotas(text: string, before: readonly QuotaWish[] = []): readonly QuotaWish[] {
  const [, program, limits] = /^(?:([^:]*):)?([^:]*)$/.exec(text) ?? [];
  if (limits === undefined || limits === "" || program === "") throw new InvalidArgumentError(QUOTA_FORM);
  const pairs = limits.split(",").map(readLimit);
  const twice = pairs.find(([word], index) => pairs.findIndex(([other]) => other === word) !== index);
  if (twice !== undefined) throw new InvalidArgumentError(`It limits ${twice[0]} twice.`);
  return [...before, { program, quota: Object.fromEntries(pairs) }];
}

const QUOTA_FORM =
  "Write PROGRAM:frames=100, or frames=100 for all programs; more limits behind commas: frames=100,handles=8.";

function readLimit(text: string): readonly [QuotaWord, number] {
  const [, name, digits] = /^([^=]*)=([^=]*)$/.exec(text) ?? [];
  if (name === undefined) throw new InvalidArgumentError(`${JSON.stringify(text)} is no limit. ${QUOTA_FORM}`);
  const word = oneOf(name, QUOTA_WORDS);
  const limit = /^\d+$/.test(digits!) ? Number(digits) : NaN;
  if (!isLimit(limit)) throw new InvalidArgumentError(`${word}=${digits}: write ${LIMIT_RANGE}.`);
  return [word, limit];
}

/** What `--frames` prints. */
export const FRAMES_REPORTS = ["owners", "counters", "buddyinfo", "zoneinfo"] as const;
export type FramesReport = (typeof FRAMES_REPORTS)[number];

/** How `--maps` prints memory. */
export const MAPS_FORMATS = ["maps", "smaps"] as const;
export type MapsFormat = (typeof MAPS_FORMATS)[number];

export function readMapsFormat(text: string): MapsFormat {
  return oneOf(text, MAPS_FORMATS);
}

/** A report, or a frame by an address in it (p0x101000) or by its number (F101): then that address. */
export function readFramesReport(text: string): FramesReport | bigint {
  const [, prefix, digits] = /^(p0x|F)([0-9a-f]+)$/.exec(text) ?? [];
  if (prefix === undefined) return oneOf(text, FRAMES_REPORTS);
  const address = BigInt(`0x${digits}`) << (prefix === "F" ? 12n : 0n);
  if (address >= 1n << PHYSICAL_BITS) throw new InvalidArgumentError(`Physical addresses have ${PHYSICAL_BITS} bits.`);
  return address;
}

/** SDM 3A 4.1.4: MAXPHYADDR is at most 52. */
const PHYSICAL_BITS = 52n;

export const MACHINE_NAMES = ["embedded", "qemu"] as const;
export type MachineName = (typeof MACHINE_NAMES)[number];

/** Where benches run: the machines, and the hosted build, which has no MMU and boots nothing. */
export const BENCH_MACHINE_NAMES = ["hosted", ...MACHINE_NAMES] as const;
export type BenchMachineName = (typeof BENCH_MACHINE_NAMES)[number];

export function readBenchMachine(text: string): BenchMachineName {
  return oneOf(text, BENCH_MACHINE_NAMES);
}

function oneOf<T extends string>(text: string, allowed: readonly T[]): T {
  const found = allowed.find((name) => name === text);
  if (found !== undefined) return found;
  const hint = nearest(text, allowed);
  const suggestion = hint === undefined ? "" : ` Did you mean ${hint}?`;
  throw new InvalidArgumentError(`${JSON.stringify(text)} is none of ${allowed.join(", ")}.${suggestion}`);
}
