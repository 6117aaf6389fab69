import { existsSync, readFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { MODULE_NAME_BYTES } from "../../kernel/bootinfo/layout.ts";
import * as layout from "../../kernel/manifests/layout.ts";
import { Caching } from "../../kernel/paging/caching.ts";
import { projectRoot } from "./assemblyscript.ts";
import { withNote } from "./notes.ts";
import { isLimit, LIMIT_RANGE, QUOTA_WORDS, withQuota, type Quota } from "./quota.ts";

/**
 * The manifest of a program that is a module: a JSON file beside its source, `driver.manifest.json` beside `driver.ts`, which its image carries as a note.
 * So nobody can boot the one without the other, and boot agent and boot.cfg need not know of it. The kernel checks it again, and what depends on the
 * machine (RAM, devices of the kernel's own) it alone.
 */
export interface Manifest {
  readonly name: string;
  readonly version: number;
  readonly capabilities: readonly string[];
  readonly devices: readonly DeviceRange[];
  /** When it is started: with the other programs, or when somebody spawns it. */
  readonly start: keyof typeof START;
  /** How much its tasks may have; undefined: as much as there is. */
  readonly quota?: Quota | undefined;
}

export interface DeviceRange {
  readonly physical: bigint;
  readonly bytes: bigint;
  readonly caching: keyof typeof CACHING;
  readonly access: keyof typeof ACCESS;
}

const CACHING = { uncached: Caching.UNCACHED, "write-combining": Caching.WRITE_COMBINING } as const;
const ACCESS = { read: layout.DeviceRights.READ, "read-write": layout.DeviceRights.READ_WRITE } as const;
const START = { boot: 0, "on-demand": layout.ManifestFlag.ON_DEMAND } as const;
const PAGE_BYTES = 4096n;
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** The words for Capability's bits. */
const CAPABILITIES = new Map(
  Object.entries<number>(layout.Capability).map(([name, bit]) => [name.toLowerCase().replaceAll("_", "-"), bit]),
);

/** A manifest that says what none can: the file, where in it, and what would do. */
export class BadManifest extends Error {
  override readonly name = "BadManifest";
  /** Bad usage. */
  readonly status = 64;
  constructor(file: string, problem: string) {
    super(`${file}: ${problem}`);
  }
}

/** The path of the file that a program's manifest would be in. */
export function manifestPath(sourcePath: string): string {
  return resolve(projectRoot, sourcePath).replace(/\.ts$/, ".manifest.json");
}

/** The program's image with its manifest, if it has one. */
export function withManifestOf(sourcePath: string, image: Uint8Array): Uint8Array {
  const path = manifestPath(sourcePath);
  if (!existsSync(path)) return image;
  const manifest = parseManifest(readFileSync(path, "utf8"), basename(path));
  const module = withNote(image, manifestNote(manifest));
  return manifest.quota === undefined ? module : withQuota(module, manifest.quota);
}

type Fields = Readonly<Record<string, unknown>>;

/** Reads the text of a manifest; `file` is what errors call it. */
export function parseManifest(text: string, file: string): Manifest {
  const refuse = (problem: string): never => {
    throw new BadManifest(file, problem);
  };
  const fields = objectOf(parseJson(text, refuse), "the manifest", ["name", "version", "capabilities", "devices", "start", "quota"], refuse);
  const { name, version, capabilities = [], devices = [], start = "boot", quota } = fields;
  if (typeof name !== "string" || !NAME.test(name) || name.length >= MODULE_NAME_BYTES) {
    return refuse(`name ${show(name)}: want 1 to ${MODULE_NAME_BYTES - 1} letters, digits, ".", "_" or "-"`);
  }
  if (!Number.isInteger(version) || (version as number) < 1 || (version as number) >= 2 ** 32) {
    return refuse(`version ${show(version)}: want a whole number from 1`);
  }
  if (!isKeyOf(START, start)) return refuse(`start ${show(start)}: want boot or on-demand`);
  const words = wordsOf(capabilities, refuse);
  const ranges = rangesOf(devices, refuse);
  if (ranges.length > 0 && !words.includes("devices")) refuse(`has devices: want "devices" among its capabilities`);
  return { name, version: version as number, capabilities: words, devices: ranges, start, quota: quotaOf(quota, refuse) };
}

type Refuse = (problem: string) => never;

function parseJson(text: string, refuse: Refuse): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    return refuse(`is not JSON: ${(error as Error).message}`);
  }
}

function objectOf(value: unknown, what: string, known: readonly string[], refuse: Refuse): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return refuse(`${what}: want an object`);
  const unknown = Object.keys(value).find((key) => !known.includes(key));
  if (unknown !== undefined) refuse(`${what} has the unknown word ${show(unknown)}: known are ${known.join(", ")}`);
  return value as Fields;
}

function wordsOf(value: unknown, refuse: Refuse): string[] {
  if (!Array.isArray(value)) return refuse(`capabilities ${show(value)}: want an array`);
  const known = [...CAPABILITIES.keys()];
  const unknown = value.find((word) => !CAPABILITIES.has(word as string));
  if (unknown !== undefined) refuse(`has the unknown capability ${show(unknown)}: known are ${known.join(", ")}`);
  return value as string[];
}

function quotaOf(value: unknown, refuse: Refuse): Quota | undefined {
  if (value === undefined) return undefined;
  const limits = objectOf(value, "quota", QUOTA_WORDS, refuse);
  const wrong = Object.entries(limits).find(([, limit]) => !isLimit(limit));
  if (wrong !== undefined) refuse(`quota: ${wrong[0]} ${show(wrong[1])}: want ${LIMIT_RANGE}`);
  return limits as Quota;
}

function rangesOf(value: unknown, refuse: Refuse): DeviceRange[] {
  if (!Array.isArray(value)) return refuse(`devices ${show(value)}: want an array`);
  if (value.length > layout.MAX_DEVICES) refuse(`has ${value.length} devices: want ${layout.MAX_DEVICES} at most`);
  const ranges = value.map((range, index) => rangeOf(range, `device ${index + 1}`, refuse));
  ranges.forEach((range, index) => {
    const other = ranges.slice(0, index).findIndex((before) => overlap(before, range));
    if (other >= 0) refuse(`device ${index + 1} overlaps device ${other + 1}`);
  });
  return ranges;
}

function rangeOf(value: unknown, what: string, refuse: Refuse): DeviceRange {
  const fields = objectOf(value, what, ["physical", "bytes", "caching", "access"], refuse);
  const physical = numberOf(fields["physical"], `${what}: physical`, refuse);
  const bytes = numberOf(fields["bytes"], `${what}: bytes`, refuse);
  if (bytes === 0n || physical + bytes > 1n << 52n) refuse(`${what}: want it to end below 2^52, and some bytes`);
  const { caching, access } = fields;
  if (!isKeyOf(CACHING, caching)) return refuse(`${what}: caching ${show(caching)}: want uncached or write-combining`);
  if (!isKeyOf(ACCESS, access)) return refuse(`${what}: access ${show(access)}: want read or read-write`);
  return { physical, bytes, caching, access };
}

function isKeyOf<T extends object>(table: T, key: unknown): key is keyof T {
  return typeof key === "string" && Object.hasOwn(table, key);
}

/** Whole pages: a number, or "0x…", since JSON has no hexadecimal. */
function numberOf(value: unknown, what: string, refuse: Refuse): bigint {
  const isNumber = typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
  const isText = typeof value === "string" && /^0x[0-9a-f]{1,16}$/i.test(value);
  if (!isNumber && !isText) return refuse(`${what} ${show(value)}: want a whole number, or "0x…"`);
  const number = BigInt(value as string | number);
  return number % PAGE_BYTES === 0n ? number : refuse(`${what} ${show(value)}: want whole pages, of ${PAGE_BYTES} bytes`);
}

function overlap(one: DeviceRange, other: DeviceRange): boolean {
  return one.physical < other.physical + other.bytes && other.physical < one.physical + one.bytes;
}

function show(value: unknown): string {
  return value === undefined ? "is missing" : JSON.stringify(value);
}

/** The note, as kernel/manifests/layout.ts draws it. */
export function manifestNote({ name, version, capabilities, devices, start }: Manifest): Uint8Array {
  const [noteBytes, headBytes, rangeBytes] = [layout.NOTE_BYTES, layout.MANIFEST_BYTES, layout.DEVICE_BYTES].map(Number);
  const bytes = headBytes! + devices.length * rangeBytes!;
  const note = new Uint8Array(noteBytes! + bytes);
  const view = new DataView(note.buffer);
  view.setUint32(Number(layout.NoteAt.nameBytes), layout.NOTE_NAME_BYTES, true);
  view.setUint32(Number(layout.NoteAt.bytes), bytes, true);
  view.setUint32(Number(layout.NoteAt.type), layout.NOTE_TYPE, true);
  note.set(Buffer.from("NitrOS"), Number(layout.NoteAt.name));
  const at = (field: number) => noteBytes! + Number(field);
  view.setUint32(at(layout.ManifestAt.layout), layout.MANIFEST_LAYOUT, true);
  view.setUint32(at(layout.ManifestAt.capabilities), bitsOf(capabilities), true);
  view.setUint32(at(layout.ManifestAt.version), version, true);
  view.setUint32(at(layout.ManifestAt.rangeCount), devices.length, true);
  note.set(Buffer.from(name), at(layout.ManifestAt.name));
  view.setUint32(at(layout.ManifestAt.flags), START[start], true);
  devices.forEach((device, index) => writeDevice(view, at(layout.MANIFEST_BYTES) + index * rangeBytes!, device));
  return note;
}

function bitsOf(capabilities: readonly string[]): number {
  return capabilities.reduce((bits, word) => bits | CAPABILITIES.get(word)!, 0);
}

function writeDevice(view: DataView, at: number, { physical, bytes, caching, access }: DeviceRange): void {
  view.setBigUint64(at + Number(layout.DeviceAt.first), physical, true);
  view.setBigUint64(at + Number(layout.DeviceAt.bytes), bytes, true);
  view.setUint32(at + Number(layout.DeviceAt.caching), CACHING[caching], true);
  view.setUint32(at + Number(layout.DeviceAt.rights), ACCESS[access], true);
}
