import { Phase } from "../../kernel/boot/phases.ts";
import { RegionKind } from "../../kernel/spaces/kinds.ts";
import { RecordKind } from "../../kernel/trace/records.ts";
import type { TraceRecord } from "../../cli/records/decode.ts";
import { fieldsOf, kindName } from "../../cli/records/shapes.ts";
import { textBytes } from "../../cli/records/decode.ts";

/**
 * The event trace of a boot, without what may differ between machines. docs/TRACE.md ("What is equal on both machines") promises it:
 *
 * - It begins where bring-up ends (PHASE seal): before that, the firmware's map and the size of the kernel's image show.
 * - `time` is left out, the ticks of PHASE, and PRESSURE.
 * - Frame numbers are renamed in the order in which they are handed out: f0, f1, … A frame that comes back and goes out again is
 *   another: which one is taken depends on where the machine's RAM lies.
 * - A fault on a stack's guard is rounded to its page: how deep a frame is differs between processors.
 *
 * All else is compared as it is. One line a record.
 */
export function canonicalTrace(records: readonly TraceRecord[]): string[] {
  const frames = new FrameNames();
  const guardPages = stackGuardPages(records);
  return programPart(records).map((record) => canonicalLine(record, frames, guardPages));
}

/**
 * The same of programs that make copies of themselves. On metal a copy's text, data and stack are pages, which are shared and then copied;
 * on the embedded machine they count as its registers (docs/CAVEATS.md). So what the kernel does about those pages is left out, and
 * frames are, which it takes for them; all else is compared, what it does about heaps and mapped memory too.
 */
export function canonicalTraceOfCopies(records: readonly TraceRecord[]): string[] {
  const compared = records.filter((record) => !FRAMES.has(record.kind) && !isAboutOwnPages(record));
  return canonicalTrace(
    compared.map((record) => (PAGES.has(record.kind) ? { ...record, second: 0n, value: 0n } : record)),
  );
}

const FRAMES: ReadonlySet<number> = new Set([RecordKind.FRAME_ALLOCATED, RecordKind.FRAME_FREED]);
/** Kinds that say what became of a page, and then which frames it has. */
const PAGES: ReadonlySet<number> = new Set([RecordKind.COPIED, RecordKind.REUSED, RecordKind.PROMOTED]);
/** Where text and data, and where stacks lie: slots 1 and 6 of kernel/address/layout.ts. */
const OWN_SLOTS: ReadonlySet<bigint> = new Set([1n, 6n]);
const SLOT_SHIFT = 44n;

function isAboutOwnPages({ kind, first }: TraceRecord): boolean {
  return (kind === RecordKind.FAULT || PAGES.has(kind)) && OWN_SLOTS.has(first >> SLOT_SHIFT);
}

function programPart(records: readonly TraceRecord[]): readonly TraceRecord[] {
  const sealed = records.findIndex(({ kind, first }) => kind === RecordKind.PHASE && first === BigInt(Phase.SEAL));
  if (sealed < 0) throw new Error("the boot never reached the end of bring-up: there is no event trace to compare");
  return records.slice(sealed + 1).filter(({ kind }) => kind !== RecordKind.PRESSURE);
}

function canonicalLine(record: TraceRecord, frames: FrameNames, guardPages: ReadonlySet<bigint>): string {
  const what = `cpu${record.cpu} task${record.task} ${kindName(record.kind)}`;
  return `${what} ${JSON.stringify(canonicalFields(record, frames, guardPages))}`;
}

function canonicalFields(record: TraceRecord, frames: FrameNames, guardPages: ReadonlySet<bigint>): unknown {
  switch (record.kind) {
    case RecordKind.PHASE:
      return { phase: fieldsOf(record)["phase"] };
    case RecordKind.FRAME_ALLOCATED:
      return { ...fieldsOf(record), frame: frames.handedOut(record.first) };
    case RecordKind.FRAME_FREED:
      return { ...fieldsOf(record), frame: frames.of(record.first) };
    case RecordKind.COPIED:
      return {
        page: `0x${record.first.toString(16)}`,
        from: frames.of(record.second),
        to: frames.of(record.value),
      };
    case RecordKind.PROMOTED:
    case RecordKind.REUSED:
      return { page: `0x${record.first.toString(16)}`, frame: frames.of(record.second) };
    case RecordKind.FAULT:
    case RecordKind.TASK_KILLED:
      // Who was killed for another has none.
      if (!("address" in fieldsOf(record))) return fieldsOf(record);
      return { ...fieldsOf(record), address: faultPlace(record.first, guardPages) };
    case RecordKind.OUTPUT:
    case RecordKind.TASK_NAME:
      return Buffer.from(textBytes(record)).toString("latin1");
    default:
      return fieldsOf(record);
  }
}

/** Names for frames: a new one each time that a frame is handed out. */
class FrameNames {
  readonly #names = new Map<bigint, string>();
  #next = 0;

  handedOut(frame: bigint): string {
    const name = `f${this.#next++}`;
    this.#names.set(frame, name);
    return name;
  }

  of(frame: bigint): string {
    return this.#names.get(frame) ?? this.handedOut(frame);
  }
}

const PAGE_SHIFT = 12n;

/** Pages in which a task died of a stack overflow. */
function stackGuardPages(records: readonly TraceRecord[]): Set<bigint> {
  const overflows = records.filter(
    ({ kind, value }) => kind === RecordKind.TASK_KILLED && ((value >> 8n) & 0xffn) === BigInt(RegionKind.STACK_GUARD),
  );
  return new Set(overflows.map(({ first }) => first >> PAGE_SHIFT));
}

function faultPlace(address: bigint, guardPages: ReadonlySet<bigint>): string {
  const page = address >> PAGE_SHIFT;
  return guardPages.has(page) ? `guard page 0x${(page << PAGE_SHIFT).toString(16)}` : `0x${address.toString(16)}`;
}
