import { log, messageBuffer, pageBytes } from "./calls";
import { store8 } from "./machine";

/**
 * Text to the console. It is built up in the task's message buffer, in the memory that the kernel manages, and goes out by the
 * system call `log` at the end of each line.
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
    room = pageBytes();
  }
  store8(buffer + used, <u8>byte);
  used += 1;
  if (used == room || byte == 0x0a) flush();
}

function putCharacter(code: u32): void {
  if (code < 0x80) {
    putByte(code);
  } else if (code < 0x800) {
    putByte(0xc0 | (code >> 6));
    putByte(0x80 | (code & 0x3f));
  } else {
    putByte(0xe0 | (code >> 12));
    putByte(0x80 | ((code >> 6) & 0x3f));
    putByte(0x80 | (code & 0x3f));
  }
}

/** Prints text. It shows when its line ends. */
export function print(text: string): void {
  const characters = changetype<usize>(text);
  for (let i = 0; i < text.length; i++) putCharacter(load<u16>(characters + ((<usize>i) << 1)));
}

export function printLine(text: string): void {
  print(text);
  putByte(0x0a);
}

export function printNumber(value: i64): void {
  if (value < 0) putByte(0x2d);
  printDigits(value < 0 ? <u64>-value : <u64>value);
}

function printDigits(value: u64): void {
  if (value >= 10) printDigits(value / 10);
  putByte(0x30 + <u32>(value % 10));
}

/** `v0x` and 16 hexadecimal digits. */
export function printAddress(address: u64): void {
  print("v0x");
  for (let shift: i32 = 60; shift >= 0; shift -= 4) {
    const digit = (<u32>(address >> (<u64>shift))) & 15;
    putByte(digit < 10 ? 0x30 + digit : 0x57 + digit);
  }
}
