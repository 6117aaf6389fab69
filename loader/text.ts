/** ASCII in memory, from `start` up to `end`. */
import { load8 } from "./firmware";

export function matches(start: u64, end: u64, literal: string): bool {
  const units = literal.length;
  if (end - start != <u64>units) return false;
  for (let i = 0; i < units; i++) {
    if (load8(start + i) != load<u16>(changetype<usize>(literal) + ((<usize>i) << 1))) return false;
  }
  return true;
}

let value: u64 = 0;

/** What the last parse that succeeded found. */
export function parsedValue(): u64 {
  return value;
}

/** `0x` and 1 to 16 hexadecimal digits. */
export function parseHex(start: u64, end: u64): bool {
  if (end - start < 3 || end - start > 18 || !matches(start, start + 2, "0x")) return false;
  let sum: u64 = 0;
  for (let at = start + 2; at < end; at++) {
    const digit = digitOf(load8(at));
    if (digit > 15) return false;
    sum = (sum << 4) | digit;
  }
  value = sum;
  return true;
}

/** Decimal digits, of a number that is at most `limit`. */
export function parseDecimal(start: u64, end: u64, limit: u64): bool {
  if (start == end || end - start > 18) return false;
  let sum: u64 = 0;
  for (let at = start; at < end; at++) {
    const digit = digitOf(load8(at));
    if (digit > 9) return false;
    sum = sum * 10 + digit;
  }
  value = sum;
  return sum <= limit;
}

/** 0–15, or more for what is not a digit. */
function digitOf(byte: u32): u64 {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x61 + 10 : 255;
}
