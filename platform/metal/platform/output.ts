/** Ways out of the machine, for people and for programs. */
import { portRead8, portWrite8 } from "./processor";
import { serialOpen, serialWrite } from "./serial";

/** Reads as its own number where QEMU's debug console is. */
const DEBUG_CONSOLE: u32 = 0xe9;
/** CONTRACT, "Leaving": what came before on the serial port was the firmware's. */
const MARKER: u64 = 0x0773_6f72_7469_6e5d; // "]nitros", BEL
const ESCAPE: u8 = 0x1b;

/** Makes the console ready. Called once, before anything else. */
export function consoleOpen(): void {
  serialOpen();
  serialWrite(ESCAPE);
  for (let rest = MARKER; rest != 0; rest >>= 8) serialWrite(<u8>rest);
}

/** Bytes for the console (UTF-8, "\n" line ends), from linear memory. */
export function consoleWrite(from: usize, length: u32): void {
  for (let i: u32 = 0; i < length; i++) serialWrite(load<u8>(from + i));
}

/** Whole records of the trace (see `kernel/trace/records.ts`), from linear memory. */
export function recordsWrite(from: usize, length: u32): void {
  if (portRead8(DEBUG_CONSOLE) != DEBUG_CONSOLE) return;
  for (let i: u32 = 0; i < length; i++) portWrite8(DEBUG_CONSOLE, load<u8>(from + i));
}
