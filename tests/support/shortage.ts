import assert from "node:assert/strict";
import { Phase } from "../../kernel/boot/phases.ts";
import { RecordKind } from "../../kernel/trace/records.ts";
import type { TraceRecord } from "../../cli/records/decode.ts";
import { programReports, type ProgramReport } from "../../cli/records/document.ts";

/** A boot in which one allocation of frames was made to fail, beside the same boot in which none was. With trace, one CPU, no ASLR. */
export interface Boot {
  readonly status: number;
  readonly console: string;
  readonly records: readonly TraceRecord[];
}

const PANIC_STATUS = 70;
/** Of the modules' zone. */
const SLOTS = 32;

/** Allocations that a boot made: how many places there are for one to fail. */
export function allocationCount({ records }: Boot): number {
  return records.filter(({ kind }) => kind === RecordKind.FRAME_ALLOCATED).length;
}

/** Allocations before the programs start. */
export function bringUpAllocations({ records }: Boot): number {
  const sealed = records.findIndex(isSeal);
  assert.ok(sealed > 0);
  return allocationCount({ status: 0, console: "", records: records.slice(0, sealed) });
}

function isSeal({ kind, first }: TraceRecord): boolean {
  return kind === RecordKind.PHASE && first === BigInt(Phase.SEAL);
}

/** What must have come of it that allocation `n` failed: a readable panic in bring-up, else one program the less. */
export function checkShortage(plenty: Boot, short: Boot, n: number): void {
  if (n <= bringUpAllocations(plenty)) checkPanic(short, n);
  else checkOneLess(plenty, short, n);
}

/** A fault whose frame was not had is tried again when a table was found that could go: then nobody need end. */
function isRescued({ records }: Boot): boolean {
  return records.some(({ kind }) => kind === RecordKind.RECLAIMED);
}

/** But for the high-precision timer: the kernel can do without, and says so. */
function checkPanic({ status, console }: Boot, n: number): void {
  if (status === 0) return assert.match(console, /HPET: its registers could not be mapped/, `allocation ${n}`);
  assert.equal(status, PANIC_STATUS, `allocation ${n}`);
  assert.match(console, /KERNEL PANIC: no frame (is )?left for /, `allocation ${n}`);
}

function checkOneLess(plenty: Boot, short: Boot, n: number): void {
  const before = programReports(plenty.records);
  const after = programReports(short.records);
  assert.equal(after.length, before.length);
  const victims = after.filter((report, index) => JSON.stringify(report) !== JSON.stringify(before[index]));
  assert.deepEqual(framesOfPrograms(short), [], `allocation ${n}: frames that never came back`);
  const isNobody = victims.length === 0 && isRescued(short);
  assert.equal(short.status, isNobody ? plenty.status : 1, `allocation ${n}: ${short.console.slice(-400)}`);
  if (isNobody) return;
  assert.equal(victims.length, 1, `allocation ${n}: all programs but one are as they were`);
  assert.ok(isVictim(victims[0]!), `allocation ${n}: ${JSON.stringify(victims[0])}`);
  assert.match(short.console, /all their frames are back, zeroed/);
}

/** It was refused, or has ended, for want of memory: its own, or another's, who could go on. */
function isVictim({ refused, fault }: ProgramReport): boolean {
  const reason = refused?.["error"] ?? fault?.["reason"];
  return reason === "no-memory" || reason === "held-most";
}

/**
 * The same of a program that makes copies of itself: a copy that was refused, or a task that was killed, is its own affair, so that
 * `bystander`, another program, and the frames are what is looked at.
 */
export function checkShortageOfCopies(plenty: Boot, short: Boot, n: number, bystander: string): void {
  const words = `allocation ${n}: ${short.console.slice(-600)}`;
  const report = ({ records }: Boot) => programReports(records).find(({ name }) => name === bystander)!;
  if (!isVictim(report(short))) assert.deepEqual(report(short).output, report(plenty).output, words);
  if (short.status !== 0 || !isRescued(short)) assert.equal(short.status, 1, words);
  assert.match(short.console, /all their frames are back, zeroed/);
  assert.deepEqual(framesOfPrograms(short), [], words);
}

/**
 * The same of a boot with modules: their zone has a table for each slot from the beginning, and no more of them when one cannot be had. What becomes of
 * the programs is theirs.
 */
export function checkShortageWithModules(plenty: Boot, short: Boot, n: number): void {
  const bringUp = bringUpAllocations(plenty);
  if (n <= bringUp) return checkPanic(short, n);
  const words = `allocation ${n}: ${short.console.slice(-600)}`;
  assert.ok(short.status === 0 || short.status === 1, words);
  assert.match(short.console, /all their frames are back, zeroed/, words);
  const slots = Math.min(SLOTS, n - bringUp - 1);
  assert.deepEqual(framesOfPrograms(short), firstFrames(short, slots), words);
}

/** The first `count` that were allocated after bring-up. */
function firstFrames({ records }: Boot, count: number): bigint[] {
  const allocated = records.slice(records.findIndex(isSeal)).filter(({ kind }) => kind === RecordKind.FRAME_ALLOCATED);
  return allocated.slice(0, count).map(({ first }) => first);
}

/** Frames allocated after bring-up and never freed, by the events alone: not by what the kernel says of itself. */
function framesOfPrograms({ records }: Boot): bigint[] {
  const held = new Set<bigint>();
  for (const { kind, first } of records.slice(records.findIndex(isSeal))) {
    if (kind === RecordKind.FRAME_ALLOCATED) held.add(first);
    else if (kind === RecordKind.FRAME_FREED) assert.ok(held.delete(first), `frame ${first} was freed, not allocated`);
  }
  return [...held];
}
