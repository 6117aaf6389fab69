import { RegionKind } from "../../kernel/spaces/kinds.ts";
import { RecordKind } from "../../kernel/trace/records.ts";
import type { BootRequest, BootResult } from "../../machine/machine.ts";
import { camel, endedCounters, type Counters, eventsCounted, framesCounted, objectsCounted } from "./counters.ts";
import { tasksMemory, type TaskRegion } from "../maps/tasks.ts";
import { textBytes, type TraceRecord } from "./decode.ts";
import { hex, nameOf, segmentRights } from "./names.ts";
import { numaReport, type NumaReport } from "./numa.ts";
import { fieldsOf, type Fields, type Json } from "./shapes.ts";

/** What one run of a program came to. */
export interface ProgramReport {
  readonly [name: string]: Json;
  readonly task: number;
  readonly name: string;
  /** Its number on the command line, from 0. */
  readonly module: number;
  /** Null, both: it was refused. */
  readonly text: string | null;
  readonly stackTop: string | null;
  /** Null: it was loaded. */
  readonly refused: Fields | null;
  readonly output: string;
  /** Null: it did not exit by itself. */
  readonly exit: number | null;
  /** Null: it was not killed. */
  readonly fault: Fields | null;
  /** What it had when it ended; null: it has not, or nobody asked. */
  readonly memory: Fields | null;
}

/** `nitros boot --json`: everything that a boot reported, u64 as "0x…". docs/TRACE.md lists the fields. */
export interface BootDocument {
  readonly schema: "nitros.boot";
  readonly version: 1;
  readonly machine: string;
  readonly status: number;
  readonly message: string | null;
  readonly request: Fields;
  readonly memoryMap: readonly Fields[];
  /** At the end of phase `frames`; and, if the boot came to its end, what was counted until then. */
  readonly frames: Fields | null;
  /** Kernel objects by kind, at the end. */
  readonly objects: readonly Fields[];
  /** What happened on each CPU between it and the others, and by its timer, until the end. */
  readonly cpus: readonly Fields[];
  /** Who has which frame once the programs are loaded. */
  readonly owners: readonly Fields[];
  readonly numa: NumaReport | null;
  readonly segments: readonly Fields[];
  readonly zones: readonly Fields[];
  readonly protections: Fields | null;
  /** The high-precision event timer, and how fast it says the clock is. */
  readonly hpet: Fields | null;
  readonly phases: readonly Fields[];
  readonly random: Fields | null;
  readonly programs: readonly ProgramReport[];
  readonly panic: Fields | null;
  readonly console: string;
}

export interface BootOutcome {
  readonly machine: string;
  readonly request: BootRequest;
  readonly result: BootResult;
  readonly records: readonly TraceRecord[];
  readonly console: string;
}

export function bootDocument(outcome: BootOutcome): BootDocument {
  const { records, result } = outcome;
  const counters = endedCounters(records);
  return {
    schema: "nitros.boot",
    version: 1,
    machine: outcome.machine,
    status: result.status,
    message: result.message ?? null,
    request: requestFields(outcome.request),
    memoryMap: all(records, RecordKind.MEMORY_RANGE),
    frames: framesFields(records, counters),
    objects: counters === undefined ? [] : objectsCounted(counters),
    cpus: counters === undefined ? [] : eventsCounted(counters),
    owners: all(records, RecordKind.FRAME_RUN),
    numa: numaReport((kind) => all(records, kind)),
    segments: all(records, RecordKind.SEGMENT),
    zones: all(records, RecordKind.ZONE),
    protections: last(records, RecordKind.PROTECTIONS),
    hpet: last(records, RecordKind.HPET),
    phases: all(records, RecordKind.PHASE),
    random: last(records, RecordKind.RANDOM),
    programs: programReports(records),
    panic: panicReport(records),
    console: outcome.console,
  };
}

function framesFields(records: readonly TraceRecord[], counters: Counters | undefined): Fields | null {
  const frames = last(records, RecordKind.FRAMES);
  return frames === null || counters === undefined ? frames : { ...frames, ...framesCounted(counters) };
}

function requestFields(request: BootRequest): Fields {
  return {
    programs: request.programs.map(({ name }) => name),
    memoryBytes: hex(request.memoryBytes),
    cpus: request.cpus,
    numaNodes: request.numaNodes,
    seed: request.seed === undefined ? null : hex(request.seed),
    turnMilliseconds: request.turnMilliseconds ?? null,
    patienceMilliseconds: request.patienceMilliseconds ?? null,
    aslr: request.aslr,
    without: request.without,
    crash: request.crash ?? null,
    failAllocation: request.failAllocation ?? null,
    timeoutSeconds: request.timeoutSeconds,
  };
}

/** One report a task, in the order in which they were loaded. */
export function programReports(records: readonly TraceRecord[]): ProgramReport[] {
  const loaded = records.filter(({ kind }) => kind === RecordKind.TASK_START || kind === RecordKind.TASK_REFUSED);
  return loaded.map((first) => {
    const own = records.filter((record) => record.task === first.task);
    const exit = last(own, RecordKind.TASK_EXIT);
    const start = last(own, RecordKind.TASK_START);
    return {
      task: first.task,
      name: textOf(own, RecordKind.TASK_NAME),
      module: first.kind === RecordKind.TASK_START ? Number(first.value) : Number(first.first),
      text: (start?.["text"] as string | undefined) ?? null,
      stackTop: (start?.["stackTop"] as string | undefined) ?? null,
      refused: last(own, RecordKind.TASK_REFUSED),
      output: textOf(own, RecordKind.OUTPUT),
      exit: exit === null ? null : (exit["status"] as number),
      fault: last(own, RecordKind.TASK_KILLED),
      memory: memoryFields(own),
    };
  });
}

function memoryFields(records: readonly TraceRecord[]): Fields | null {
  const [memory] = tasksMemory(records);
  if (memory === undefined) return null;
  const { frames, tables, handles, quota, regions } = memory;
  return { frames, tables, handles, quota, regions: regions.map(regionFields) };
}

function regionFields({ first, last, kind, rights, isSealed, offset, bytes }: TaskRegion): Fields {
  return {
    ...{ first: hex(first), last: hex(last), kind: nameOf(RegionKind, kind) },
    ...{ rights: segmentRights(BigInt(rights)), sealed: isSealed, offset: hex(offset), ...camel(bytes) },
  };
}

function panicReport(records: readonly TraceRecord[]): Fields | null {
  const panic = last(records, RecordKind.PANIC);
  return panic === null ? null : { ...panic, message: textOf(records, RecordKind.PANIC_TEXT) };
}

function textOf(records: readonly TraceRecord[], kind: number): string {
  return Buffer.concat(ofKind(records, kind).map(textBytes)).toString("utf8");
}

function all(records: readonly TraceRecord[], kind: number): Fields[] {
  return ofKind(records, kind).map(fieldsOf);
}

function last(records: readonly TraceRecord[], kind: number): Fields | null {
  const found = ofKind(records, kind).at(-1);
  return found === undefined ? null : fieldsOf(found);
}

function ofKind(records: readonly TraceRecord[], kind: number): TraceRecord[] {
  return records.filter((record) => record.kind === kind);
}
