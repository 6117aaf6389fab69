/** `\nitros\boot.cfg` (platform/CONTRACT.md, "The boot partition"). The file stays in memory: program names are read from it. */
import { BootFlag, CrashKind, MAX_MODULES, MODULE_NAME_BYTES } from "../kernel/bootinfo/layout";
import { ascii, decimal, text } from "./console";
import { endError, startError, Status } from "./errors";
import { load8 } from "./firmware";
import { matches, parseDecimal, parseHex, parsedValue } from "./text";

export const CONFIG_LIMIT_BYTES: u64 = 65536;
const MAX_CPUS: u64 = 4095;
const MAX_TURN: u64 = 10_000;
/** An hour. */
const MAX_PATIENCE: u64 = 3_600_000;

let configSeed: u64 = 0;
let configFlags: u32 = 0;
let configCpus: u32 = 0;
let configTurn: u32 = 10;
let configPatience: u32 = 30_000;
let configCrash: u32 = CrashKind.NONE;
let configDenied: u32 = 0;
let programCount: u32 = 0;
/** Two words a program: address and length of its name. */
const programs: usize = memory.data(1024, 8);
/** One bit a key that has been seen. */
let seen: u32 = 0;
let lineNumber: u64 = 0;

namespace Key {
  export const SEED: u32 = 1;
  export const ASLR: u32 = 2;
  export const COLOUR: u32 = 4;
  export const TRACE: u32 = 8;
  export const CPUS: u32 = 16;
  export const CRASH: u32 = 32;
  export const FAIL_ALLOCATION: u32 = 64;
  export const FRAMES: u32 = 128;
  export const TURN: u32 = 256;
  export const PATIENCE: u32 = 512;
}

export function seed(): u64 {
  return configSeed;
}
/** BootFlag bits. */
export function flags(): u32 {
  return configFlags;
}
export function isSeeded(): bool {
  return (configFlags & BootFlag.SEEDED) != 0;
}
export function isRandomised(): bool {
  return (configFlags & BootFlag.NO_ASLR) == 0;
}
export function cpuLimit(): u32 {
  return configCpus;
}
/** Milliseconds that a task keeps a CPU for which others wait; 0 for no limit. */
export function turnMilliseconds(): u32 {
  return configTurn;
}
/** Milliseconds that a server may take for pages; 0 for no limit. */
export function patienceMilliseconds(): u32 {
  return configPatience;
}
export function crash(): u32 {
  return configCrash;
}
/** The allocation of frames that is to fail, from 1; 0 for none. */
export function failAllocation(): u32 {
  return configDenied;
}
export function programTotal(): u32 {
  return programCount;
}
export function programName(index: u32): u64 {
  return load<u64>(programs + ((<usize>index) << 4));
}
export function programNameBytes(index: u32): u64 {
  return load<u64>(programs + ((<usize>index) << 4), 8);
}

export function parseConfig(at: u64, byteCount: u64): void {
  const end = at + byteCount;
  while (at < end) {
    let lineEnd = at;
    while (lineEnd < end && load8(lineEnd) != 0x0a) lineEnd += 1;
    lineNumber += 1;
    parseLine(at, lineEnd);
    at = lineEnd + 1;
  }
}

function isBlank(byte: u32): bool {
  return byte == 0x20 || byte == 0x09 || byte == 0x0d;
}

function parseLine(start: u64, end: u64): void {
  while (start < end && isBlank(load8(start))) start += 1;
  while (start < end && isBlank(load8(end - 1))) end -= 1;
  if (start == end || load8(start) == 0x23) return;
  let equals = start;
  while (equals < end && load8(equals) != 0x3d) equals += 1;
  if (equals == end) badLine("BadConfigLine", "wants key=value, not ", start, end);
  parseSetting(start, equals, end);
}

function parseSetting(start: u64, equals: u64, end: u64): void {
  const value = equals + 1;
  if (matches(start, equals, "program")) return addProgram(value, end);
  const key = keyOf(start, equals);
  if (key == 0) badLine("UnknownConfigKey", "has the unknown key ", start, equals);
  if (seen & key) badLine("RepeatedConfigKey", "sets again the key ", start, equals);
  seen |= key;
  if (key == Key.SEED) parseSeed(value, end);
  else if (key == Key.CPUS) parseCpus(value, end);
  else if (key == Key.TURN) parseTurn(value, end);
  else if (key == Key.PATIENCE) parsePatience(value, end);
  else if (key == Key.CRASH) parseCrash(value, end);
  else if (key == Key.FAIL_ALLOCATION) parseFailAllocation(value, end);
  else parseSwitch(key, value, end);
}

function keyOf(start: u64, end: u64): u32 {
  if (matches(start, end, "seed")) return Key.SEED;
  if (matches(start, end, "aslr")) return Key.ASLR;
  if (matches(start, end, "colour")) return Key.COLOUR;
  if (matches(start, end, "trace")) return Key.TRACE;
  if (matches(start, end, "frames")) return Key.FRAMES;
  if (matches(start, end, "cpus")) return Key.CPUS;
  if (matches(start, end, "turn")) return Key.TURN;
  if (matches(start, end, "patience")) return Key.PATIENCE;
  if (matches(start, end, "crash")) return Key.CRASH;
  return matches(start, end, "fail-allocation") ? Key.FAIL_ALLOCATION : 0;
}

function parseSeed(start: u64, end: u64): void {
  if (!parseHex(start, end))
    badLine("BadConfigValue", "wants seed=0x and 1 to 16 hexadecimal digits, not ", start, end);
  configSeed = parsedValue();
  configFlags |= BootFlag.SEEDED;
}

function parseCpus(start: u64, end: u64): void {
  if (!parseDecimal(start, end, MAX_CPUS)) badLine("BadConfigValue", "wants cpus= and 0 to 4095, not ", start, end);
  configCpus = <u32>parsedValue();
}

function parseTurn(start: u64, end: u64): void {
  if (!parseDecimal(start, end, MAX_TURN)) badLine("BadConfigValue", "wants turn= and 0 to 10000, not ", start, end);
  configTurn = <u32>parsedValue();
}

function parsePatience(start: u64, end: u64): void {
  if (!parseDecimal(start, end, MAX_PATIENCE))
    badLine("BadConfigValue", "wants patience= and 0 to 3600000, not ", start, end);
  configPatience = <u32>parsedValue();
}

function parseCrash(start: u64, end: u64): void {
  if (matches(start, end, "write-text")) configCrash = CrashKind.WRITE_TEXT;
  else if (matches(start, end, "write-sealed")) configCrash = CrashKind.WRITE_SEALED;
  else if (matches(start, end, "read-unmapped")) configCrash = CrashKind.READ_UNMAPPED;
  else if (matches(start, end, "stack-overflow")) configCrash = CrashKind.STACK_OVERFLOW;
  else if (matches(start, end, "early")) configCrash = CrashKind.EARLY;
  else badLine("BadConfigValue", "has the unknown kind of crash ", start, end);
}

function parseFailAllocation(start: u64, end: u64): void {
  if (!parseDecimal(start, end, u32.MAX_VALUE) || parsedValue() == 0)
    badLine("BadConfigValue", "wants fail-allocation= and 1 to 4294967295, not ", start, end);
  configDenied = <u32>parsedValue();
}

function parseSwitch(key: u32, start: u64, end: u64): void {
  const on = matches(start, end, "on");
  if (!on && !matches(start, end, "off")) badLine("BadConfigValue", "wants on or off, not ", start, end);
  if (key == Key.ASLR && !on) configFlags |= BootFlag.NO_ASLR;
  if (key == Key.COLOUR && on) configFlags |= BootFlag.COLOUR;
  if (key == Key.TRACE && on) configFlags |= BootFlag.TRACE;
  if (key == Key.FRAMES && on) configFlags |= BootFlag.FRAMES;
}

function addProgram(start: u64, end: u64): void {
  if (!isProgramName(start, end)) badLine("BadConfigValue", "has the impossible program name ", start, end);
  if (programCount == MAX_MODULES) tooManyPrograms(start, end);
  store<u64>(programs + ((<usize>programCount) << 4), start);
  store<u64>(programs + ((<usize>programCount) << 4), end - start, 8);
  programCount += 1;
}

/** A file name that cannot leave its folder, and that fits a module's name with its NUL: as in `machine/boot-config.ts`. */
function isProgramName(start: u64, end: u64): bool {
  if (start == end || end - start >= MODULE_NAME_BYTES || !isAlphanumeric(load8(start))) return false;
  for (let at = start; at < end; at++) {
    const byte = load8(at);
    if (!isAlphanumeric(byte) && byte != 0x2e && byte != 0x5f && byte != 0x2d) return false;
  }
  return true;
}

function isAlphanumeric(byte: u32): bool {
  const lower = byte | 0x20;
  return (byte >= 0x30 && byte <= 0x39) || (lower >= 0x61 && lower <= 0x7a);
}

function tooManyPrograms(start: u64, end: u64): void {
  startLineError("TooManyPrograms");
  text("names program ");
  ascii(start, end - start);
  text(", but there can be no more than ");
  decimal(MAX_MODULES);
  endError(Status.BAD_CONFIG);
}

function badLine(name: string, problem: string, start: u64, end: u64): void {
  startLineError(name);
  text(problem);
  text('"');
  ascii(start, end - start);
  text('"');
  endError(Status.BAD_CONFIG);
}

function startLineError(name: string): void {
  startError(name);
  text("boot.cfg line ");
  decimal(lineNumber);
  text(" ");
}
