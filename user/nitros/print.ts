import { Message } from "../../kernel/syscalls/abi";
import { log, messageBuffer } from "./calls";
import { store8 } from "./machine";

/**
 * Text to the console. It is built up in the task's message buffer, in the memory that the kernel manages, and goes out by the
 * system call `log` at the end of each call of these functions: nothing is held back that an end of the program could lose.
 */
let buffer: u64 = 0;
let room: u64 = 0;
let used: u64 = 0;

function flush(): void {
  if (used != 0) log(buffer, used);
  used = 0;
}

function putByte(byte: u32): void {
  if (buffer == 0) {
    buffer = messageBuffer();
    room = Message.AT;
  }
  store8(buffer + used, <u8>byte);
  used += 1;
  if (used == room) flush();
}

const MOST_BYTES: u64 = 4;

/** In one call of `log`, which takes whole characters. */
function putCharacter(code: u32): void {
  if (room - used < MOST_BYTES) flush();
  if (code < 0x80) {
    putByte(code);
  } else if (code < 0x800) {
    putByte(0xc0 | (code >> 6));
    putByte(0x80 | (code & 0x3f));
  } else if (code < 0x1_0000) {
    putByte(0xe0 | (code >> 12));
    putByte(0x80 | ((code >> 6) & 0x3f));
    putByte(0x80 | (code & 0x3f));
  } else {
    putByte(0xf0 | (code >> 18));
    putByte(0x80 | ((code >> 12) & 0x3f));
    putByte(0x80 | ((code >> 6) & 0x3f));
    putByte(0x80 | (code & 0x3f));
  }
}

const HIGH_SURROGATE: u32 = 0xd800;
const LOW_SURROGATE: u32 = 0xdc00;

/** Strings are UTF-16: beyond the basic plane, two units make a character (The Unicode Standard, 3.9). */
function putText(text: string): void {
  const units = changetype<usize>(text);
  for (let i = 0; i < text.length; i++) {
    const unit: u32 = load<u16>(units + ((<usize>i) << 1));
    const next: u32 = i + 1 < text.length ? load<u16>(units + ((<usize>i) << 1), 2) : 0;
    if ((unit & 0xfc00) == HIGH_SURROGATE && (next & 0xfc00) == LOW_SURROGATE) {
      putCharacter(0x1_0000 + ((unit & 0x3ff) << 10) + (next & 0x3ff));
      i++;
    } else {
      putCharacter(unit);
    }
  }
}

export function print(text: string): void {
  putText(text);
  flush();
}

export function printLine(text: string): void {
  putText(text);
  putByte(0x0a);
  flush();
}

export function printNumber(value: i64): void {
  if (value < 0) putByte(0x2d);
  putDigits(value < 0 ? <u64>-value : <u64>value);
  flush();
}

function putDigits(value: u64): void {
  if (value >= 10) putDigits(value / 10);
  putByte(0x30 + <u32>(value % 10));
}

/** `v0x` and 16 hexadecimal digits. */
export function printAddress(address: u64): void {
  putText("v0x");
  for (let shift: i32 = 60; shift >= 0; shift -= 4) {
    const digit = (<u32>(address >> (<u64>shift))) & 15;
    putByte(digit < 10 ? 0x30 + digit : 0x57 + digit);
  }
  flush();
}
