import { MAX_CPUS } from "../frames/cpu-cache";
import { CounterScope, ObjectCounter } from "../trace/counters";
import { RecordKind } from "../trace/records";
import { trace } from "../trace/trace";
import { kindAt, kindCount, kindName } from "./kinds";
import { magazineOf } from "./magazines";

/** The counters of kernel objects, as records: of each kind its name, then its numbers. `at` is a CounterMoment. */
export function reportObjects(at: u32): void {
  for (let kind: u32 = 0; kind < kindCount(); kind++) {
    trace(RecordKind.OBJECT_KIND, letters(kindName(kind), 0), letters(kindName(kind), 8), kind);
    reportKind(kind, CounterScope.OBJECTS | (at << 8) | (kind << 16));
  }
}

function reportKind(id: u32, what: u32): void {
  const kind = kindAt(id);
  trace(RecordKind.COUNTER, what, ObjectCounter.OUT, kind.out);
  trace(RecordKind.COUNTER, what, ObjectCounter.KEPT, keptObjects(id));
  trace(RecordKind.COUNTER, what, ObjectCounter.SLABS, kind.slabs);
  trace(RecordKind.COUNTER, what, ObjectCounter.MOST_SLABS, kind.mostSlabs);
  trace(RecordKind.COUNTER, what, ObjectCounter.BYTES, kind.bytes);
  trace(RecordKind.COUNTER, what, ObjectCounter.CAPACITY, kind.capacity);
}

/** In magazines of all CPUs; as of about now. */
function keptObjects(kind: u32): u64 {
  let sum: u64 = 0;
  for (let cpu: u32 = 0; cpu < MAX_CPUS; cpu++) sum += magazineOf(cpu, kind).count;
  return sum;
}

/** Eight letters of an ASCII name from `from` on, the first in the lowest byte; zeros behind its end. */
function letters(name: string, from: i32): u64 {
  let word: u64 = 0;
  for (let i = from; i < min<i32>(from + 8, name.length); i++) {
    const letter: u64 = name.charCodeAt(i);
    word |= letter << ((<u64>(i - from)) << 3);
  }
  return word;
}
