import { consoleWrite } from "platform";
import { screenWrite } from "./screen";

/**
 * Text for people, without an allocator: every function appends UTF-8 to one line buffer, which goes out when a line ends or the
 * buffer is full. Addresses print by kind: `v0x…` virtual, `p0x…` physical.
 */
const LINE_BYTES: u32 = 1024;
const line = memory.data(1024);
let used: u32 = 0;
/** Characters (not bytes) printed since the line began, colours not counted: what `column` pads to. */
let width: u32 = 0;

export function flush(): void {
  if (used == 0) return;
  consoleWrite(line, used);
  screenWrite(line, used);
  used = 0;
}

export function putByte(byte: u32): void {
  if (used == LINE_BYTES) flush();
  store<u8>(line + used, <u8>byte);
  used += 1;
  if (byte == 0x0a) {
    flush();
    width = 0;
  } else if ((byte & 0xc0) != 0x80) {
    width += 1;
  }
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

/** Prints a string literal (characters of the basic plane). */
export function print(text: string): void {
  const characters = changetype<usize>(text);
  for (let i = 0; i < text.length; i++) putCharacter(load<u16>(characters + ((<usize>i) << 1)));
}

export function printLine(text: string): void {
  print(text);
  putByte(0x0a);
}

/** Prints `length` bytes of UTF-8 from linear memory. */
export function printBytes(from: usize, length: u32): void {
  for (let i: u32 = 0; i < length; i++) putByte(load<u8>(from + i));
}

export function newLine(): void {
  putByte(0x0a);
}

export function isAtLineStart(): bool {
  return width == 0;
}

/** Ends the line that is open, if one is. */
export function startLine(): void {
  if (!isAtLineStart()) newLine();
}

export function printDecimal(value: u64): void {
  if (value >= 10) printDecimal(value / 10);
  putByte(0x30 + <u32>(value % 10));
}

export function printSigned(value: i64): void {
  if (value < 0) putByte(0x2d);
  printDecimal(value < 0 ? <u64>-value : <u64>value);
}

/** `0x` and exactly `digits` hexadecimal digits. */
export function printHex(value: u64, digits: u32): void {
  print("0x");
  for (let i: i32 = <i32>digits - 1; i >= 0; i--) {
    const digit = (<u32>(value >> (<u64>i * 4))) & 15;
    putByte(digit < 10 ? 0x30 + digit : 0x57 + digit);
  }
}

/** `0x` and no more digits than the value has. */
export function printHexShort(value: u64): void {
  printHex(value, value == 0 ? 1 : <u32>((63 - clz<u64>(value)) / 4) + 1);
}

export function printVirtual(address: u64): void {
  putByte(0x76);
  printHex(address, 16);
}

/** Ten digits hold a terabyte; more are printed when there are more. */
export function printPhysical(address: u64): void {
  putByte(0x70);
  printHex(address, address >> 40 == 0 ? 10 : 16);
}

/** Spaces up to `column`, at least one. */
export function padTo(column: u32): void {
  do putByte(0x20);
  while (width < column);
}

/** A byte count in the largest unit that divides it, else in the largest that leaves at most four digits before a decimal point. */
export function printBytesCount(bytes: u64): void {
  let unit: u32 = 0;
  let scale: u64 = 1;
  while (unit < 4 && bytes >= scale * 1024 && (bytes % (scale * 1024) == 0 || bytes >= scale * 10240)) {
    scale *= 1024;
    unit++;
  }
  printDecimal(bytes / scale);
  if (bytes % scale != 0) {
    putByte(0x2e);
    printDecimal(((bytes % scale) * 10) / scale);
  }
  printUnit(unit);
}

function printUnit(unit: u32): void {
  if (unit == 0) print(" B");
  else if (unit == 1) print(" KiB");
  else if (unit == 2) print(" MiB");
  else if (unit == 3) print(" GiB");
  else print(" TiB");
}

/** For printers that must not move the column: colours. */
export function putInvisible(text: string): void {
  const before = width;
  print(text);
  width = before;
}
