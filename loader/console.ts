/**
 * Text for people, a line at a time: through the firmware's console (UEFI 2.10 §12.4) while its services run, then, if there is still
 * something to say, through the first serial port. No caller notices.
 */
import { load16, load64, load8, scratch, serialWrite, store16 } from "./firmware";
import { LINE_BYTES, ScratchAt } from "./scratch";
import { method, system } from "./uefi/system";
import { SystemTableAt, TextOutputAt } from "./uefi/tables";

/** UTF-16 units in the line so far. */
let length: u64 = 0;
/** The two that end a line and the NUL. */
const RESERVED_UNITS: u64 = 3;

let isFirmwareLeaving: bool = false;

/** From the first call of ExitBootServices on, what the firmware's console needs may be gone (UEFI 2.10 §7.4.6). */
export function useSerialPort(): void {
  isFirmwareLeaving = true;
}

function put(unit: u32): void {
  if ((length + RESERVED_UNITS) * 2 >= LINE_BYTES) return;
  putAlways(unit);
}

function putAlways(unit: u32): void {
  store16(scratch() + ScratchAt.line + length * 2, unit);
  length += 1;
}

/** A string literal. */
export function text(literal: string): void {
  const units = literal.length;
  for (let i = 0; i < units; i++) put(load<u16>(changetype<usize>(literal) + ((<usize>i) << 1)));
}

/** `0x` and hexadecimal digits. */
export function hex(value: u64): void {
  text("0x");
  let shift: i32 = 60;
  while (shift > 0 && value >> shift == 0) shift -= 4;
  for (; shift >= 0; shift -= 4) put(hexDigit(<u32>((value >> shift) & 15)));
}

function hexDigit(digit: u32): u32 {
  return digit < 10 ? 0x30 + digit : 0x61 + digit - 10;
}

export function decimal(value: u64): void {
  let unit: u64 = 1;
  while (value / unit >= 10) unit *= 10;
  for (; unit > 0; unit /= 10) put(0x30 + <u32>((value / unit) % 10));
}

/** Up to 80 bytes of somebody else's ASCII; what is not printable shows as "?". */
export function ascii(at: u64, byteCount: u64): void {
  const shown: u64 = byteCount < 80 ? byteCount : 80;
  for (let i: u64 = 0; i < shown; i++) {
    const byte = load8(at + i);
    put(byte >= 0x20 && byte < 0x7f ? byte : 0x3f);
  }
  if (shown < byteCount) text("...");
}

/** Prints the line and starts the next. */
export function endLine(): void {
  putAlways(0x0d);
  putAlways(0x0a);
  putAlways(0);
  if (isFirmwareLeaving) printBySerialPort();
  else printByFirmware();
  length = 0;
}

function printByFirmware(): void {
  const consoleOut = load64(system() + SystemTableAt.consoleOut);
  if (consoleOut != 0) method(consoleOut, TextOutputAt.outputString, scratch() + ScratchAt.line);
}

/** The line is ASCII, and its last unit the NUL. */
function printBySerialPort(): void {
  for (let i: u64 = 0; i + 1 < length; i++) serialWrite(<u8>load16(scratch() + ScratchAt.line + i * 2));
}

/** What the agent does, for people: "boot agent: …". */
export function startLine(): void {
  length = 0;
  text("boot agent: ");
}

/** What `machine/firmware/` and `machine/qemu/` look for to tell an error from the rest. */
export function startErrorLine(): void {
  length = 0;
  text("boot agent error: ");
}
