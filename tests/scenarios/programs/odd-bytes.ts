/** Says what is no text and what would move a terminal's cursor: others' lines must stay as they are. */
import { log, messageBuffer, printLine, store8 } from "nitros";

export function main(): i32 {
  printLine("é — 😀"); // characters whose bytes are those of C1 controls, too
  sayBytes([0x1b, 0x5b, 0x32, 0x4a, 0x0a]); // ESC [ 2 J
  sayBytes([0x9b, 0x32, 0x4a, 0x0a]); // CSI as one byte
  sayBytes([0xc2, 0x9b, 0x32, 0x4a, 0x0a]); // the same in UTF-8
  sayBytes([0xc2]); // and in two calls
  sayBytes([0x9b, 0x32, 0x4a, 0x0a]);
  sayBytes([0xc0, 0x8a, 0xed, 0xa0, 0x80, 0xf4, 0x90, 0x80, 0x80, 0x7f, 0x0d, 0x09, 0x0a]); // overlong, surrogate, too large
  return 0;
}

function sayBytes(bytes: StaticArray<u8>): void {
  for (let i = 0; i < bytes.length; i++) store8(messageBuffer() + i, bytes[i]);
  log(messageBuffer(), bytes.length);
}
