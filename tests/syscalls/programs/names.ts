import { heapStart, spawn, store8, unload } from "nitros";

/** Programs by name, and by a number behind it, unless that is 0. */

const DASH: u8 = 0x2d;
const ZERO: u8 = 0x30;

export function start(name: string, number: i32 = 0): i64 {
  return spawn(heapStart(), write(name, number));
}

export function end(name: string, number: i32 = 0): i64 {
  return unload(heapStart(), write(name, number));
}

/** At the heap's first byte. How many bytes it has. */
function write(name: string, number: i32): u64 {
  let at = heapStart();
  for (let i = 0; i < name.length; i++) store8(at++, <u8>name.charCodeAt(i));
  if (number != 0) store8(at++, DASH);
  if (number > 9) store8(at++, ZERO + <u8>(number / 10));
  if (number != 0) store8(at++, ZERO + <u8>(number % 10));
  return at - heapStart();
}
