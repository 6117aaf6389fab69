import { exit, trapRegister, trapRegisterCount } from "platform";
import { RecordKind } from "../trace/records";
import { drainTrace, trace, traceTask, traceText } from "../trace/trace";
import { Style, style } from "./style";
import { flush, newLine, padTo, print, printDecimal, printHex, printLine, putByte } from "./text";

/** The end of the machine: what happened, the registers, exit status 70. Nothing here allocates or may fail in its turn. */
const PANIC_STATUS: u32 = 70;
const NO_VECTOR: u64 = 0xffff;

const textBuffer = memory.data(256);

/** Ends the machine because of something that the kernel found out itself. `found` is the value that it did not expect. */
export function panic(message: string, found: u64): void {
  begin(message);
  print("  found     ");
  printHex(found, 16);
  newLine();
  end(message, found, 0, NO_VECTOR);
}

/** Ends the machine because of a fault in the kernel. */
export function panicFault(message: string, vector: u32, error: u64, address: u64): void {
  begin(message);
  print("  vector    ");
  printDecimal(vector);
  print(", error code ");
  printHex(error, 4);
  newLine();
  print("  address   v");
  printHex(address, 16);
  newLine();
  printRegisters();
  end(message, address, error, vector);
}

/** Where `assert` and `abort` of the kernel's own code go (asc's --use abort). */
export function kernelAbort(message: string | null, file: string | null, line: u32, column: u32): void {
  begin(message == null ? "an assertion does not hold" : message);
  print("  at        ");
  if (file != null) print(file);
  putByte(0x3a);
  printDecimal(line);
  putByte(0x3a);
  printDecimal(column);
  newLine();
  end("an assertion does not hold", line, column, NO_VECTOR);
}

let isPanicking: bool = false;
/** What stops the other CPUs: their number. Null while there is one CPU. */
let others: (() => u32) | null = null;

/** From here on a panic begins with this, which does not return on a CPU that is not the first to panic. */
export function stopOthersInPanic(stop: () => u32): void {
  others = stop;
}

/** A fault while a panic is being told ends the machine at once: what would tell of it is what is broken. */
function begin(message: string): void {
  const stop = others;
  const stopped = stop == null ? 0 : stop();
  if (isPanicking) exit(PANIC_STATUS);
  isPanicking = true;
  flush();
  newLine();
  style(Style.BAD);
  print("KERNEL PANIC: ");
  style(Style.PLAIN);
  printLine(message);
  if (stop != null) tellStopped(stopped);
}

function tellStopped(count: u32): void {
  print("  stopped   ");
  printDecimal(count);
  print(count == 1 ? " other CPU" : " other CPUs");
  newLine();
}

function end(message: string, first: u64, second: u64, vector: u64): void {
  traceTask(0);
  trace(RecordKind.PANIC, first, second, vector);
  const length = min<u32>(<u32>message.length, 256);
  for (let i: u32 = 0; i < length; i++)
    store<u8>(textBuffer + i, load<u8>(changetype<usize>(message) + ((<usize>i) << 1)));
  traceText(RecordKind.PANIC_TEXT, textBuffer, length);
  flush();
  drainTrace();
  exit(PANIC_STATUS);
}

const PER_LINE: u32 = 3;

function printRegisters(): void {
  const count = trapRegisterCount();
  for (let index: u32 = 0; index < count; index++) {
    print(index % PER_LINE == 0 ? "  " : "   ");
    printRegisterName(index);
    padTo(4 + (index % PER_LINE) * 26 + 5);
    printHex(trapRegister(index), 16);
    if (index % PER_LINE == PER_LINE - 1) newLine();
  }
}

/** Names of the indices that `trapRegister` takes, three bytes each. */
const REGISTER_NAMES: string = "raxrbxrcxrdxrsirdirbpr8 r9 r10r11r12r13r14r15rspripflg";

function printRegisterName(index: u32): void {
  const name = changetype<usize>(REGISTER_NAMES) + <usize>index * 6;
  for (let i: usize = 0; i < 6; i += 2) putByte(load<u16>(name + i));
}
