import { clock, cpuIndex, recordsWrite } from "platform";
import { RECORD_BYTES } from "./records";

/** Records of all CPUs wait in a ring until it is full or `drainTrace` is called, then leave the machine in one piece. */
const RING_RECORDS: u32 = 256;
const ring = memory.data(10240);
if (256 * 40 != 10240) ERROR("the ring holds RING_RECORDS records");

const FIRST_DETAIL_KIND: u16 = 64;

let pending: u32 = 0;
let everyKind: bool = false;
/** By CPU (64 at most): the task that its records are about. */
const tasks = memory.data(256, 4);

/** From here on, kinds that are not reports are written too. */
export function traceEverything(): void {
  everyKind = true;
}

/** Are kinds that are not reports written? For hot paths, which ask before they say anything. */
export function tracesEverything(): bool {
  return everyKind;
}

/** The task that this CPU's records to come are about; 0 for the kernel. */
export function traceTask(task: u32): void {
  store<u32>(tasks + ((<usize>cpuIndex()) << 2), task);
}

/** Appends one record. `kind` is a RecordKind, whose doc says what the three numbers are. */
export function trace(kind: u16, first: u64, second: u64, value: u64): void {
  if (kind < FIRST_DETAIL_KIND || everyKind) recordSlowly(kind, first, second, value);
}

/** Called through a variable, so that what is not written takes no registers: frames/allocator.ts. */
let recordSlowly: (kind: u16, first: u64, second: u64, value: u64) => void = recordNothing;
recordSlowly = record;

/** Until there is `record`, which asserts, and so may record: a function is compiled where it is first named. */
function recordNothing(_kind: u16, _first: u64, _second: u64, _value: u64): void {}

function record(kind: u16, first: u64, second: u64, value: u64): void {
  const cpu = cpuIndex();
  const at = ring + <usize>(pending * RECORD_BYTES);
  store<u64>(at, clock());
  store<u32>(at, load<u32>(tasks + ((<usize>cpu) << 2)), 8);
  store<u16>(at, <u16>cpu, 12);
  store<u16>(at, kind, 14);
  store<u64>(at, first, 16);
  store<u64>(at, second, 24);
  store<u64>(at, value, 32);
  pending += 1;
  if (pending == RING_RECORDS) drainTrace();
}

/** Appends `length` bytes of UTF-8 as text records of `kind`, 16 bytes each. */
export function traceText(kind: u16, from: usize, length: u32): void {
  for (let done: u32 = 0; done < length; done += 16) {
    const part = min<u32>(16, length - done);
    trace(kind, packBytes(from + done, min<u32>(part, 8)), part > 8 ? packBytes(from + done + 8, part - 8) : 0, part);
  }
}

function packBytes(from: usize, count: u32): u64 {
  let word: u64 = 0;
  for (let i: u32 = 0; i < count; i++) word |= (<u64>load<u8>(from + i)) << (<u64>i * 8);
  return word;
}

export function drainTrace(): void {
  if (pending != 0) recordsWrite(ring, pending * RECORD_BYTES);
  pending = 0;
}
