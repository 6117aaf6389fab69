import { Zone } from "../../kernel/address/zones.ts";
import { RangeKind } from "../../kernel/memory-map/kinds.ts";
import { Phase } from "../../kernel/boot/phases.ts";
import { FrameOwner } from "../../kernel/frames/owners.ts";
import { PressureState } from "../../kernel/frames/pressure-state.ts";
import { CpuState } from "../../kernel/numa/cpu-state.ts";
import { Oddity } from "../../kernel/numa/oddity.ts";
import { TopologySource } from "../../kernel/numa/source.ts";
import { Protection } from "../../kernel/paging/protections.ts";
import { QuotaKind } from "../../kernel/quotas/layout.ts";
import { FaultReason, RegionKind } from "../../kernel/spaces/kinds.ts";
import { ImageError } from "../../kernel/tasks/image-errors.ts";
import { HpetState } from "../../kernel/time/hpet-state.ts";
import { CounterMoment, CounterScope, Hand, RegionCounter } from "../../kernel/trace/counters.ts";
import { RecordKind } from "../../kernel/trace/records.ts";
import { counterOf, inHandOf, objectName, SCOPES } from "./counters.ts";
import type { TraceRecord } from "./decode.ts";
import { accessOf, bitNames, callName, hex, nameOf, segmentRights, type Names } from "./names.ts";

export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };
/** What a record says beyond its time, CPU and task, by field name. */
export type Fields = Readonly<Record<string, Json>>;
type Reader = (record: TraceRecord) => Fields;

/** Bits of a page-table entry that a mapping's rights are made of. SDM 3A, table 4-20. */
const PageRight: Names = { WRITE: 2, USER: 4, GLOBAL: 256, NO_EXECUTE: 1n << 63n };

/** How each kind of record reads. A kind that is missing here is printed with its three raw numbers. */
const readers: Readonly<Record<number, Reader>> = {
  [RecordKind.MEMORY_RANGE]: (r) => ({ ...range(r), range: nameOf(RangeKind, r.value) }),
  [RecordKind.PHASE]: (r) => ({ phase: nameOf(Phase, r.first), ticks: hex(r.value) }),
  [RecordKind.ZONE]: (r) => ({ ...range(r), zone: nameOf(Zone, r.value) }),
  [RecordKind.PROTECTIONS]: (r) => ({ wanted: bitNames(Protection, r.first), enabled: bitNames(Protection, r.second) }),
  [RecordKind.FRAMES]: (r) => ({ free: hex(r.first), reserved: hex(r.second), inUse: hex(r.value) }),
  [RecordKind.SEGMENT]: (r) => ({ ...range(r), rights: segmentRights(r.value) }),
  [RecordKind.TASK_REFUSED]: (r) => ({
    module: Number(r.first),
    error: nameOf(ImageError, r.value),
    found: hex(r.second),
  }),
  [RecordKind.TASK_START]: (r) => ({ text: hex(r.first), stackTop: hex(r.second), module: Number(r.value) }),
  [RecordKind.TASK_KILLED]: faultFields,
  [RecordKind.TASK_EXIT]: (r) => ({ status: Number(BigInt.asIntN(32, r.value)) }),
  [RecordKind.PANIC]: (r) => ({ address: hex(r.first), errorCode: hex(r.second), vector: Number(r.value) }),
  [RecordKind.RANDOM]: (r) => ({ seed: hex(r.first), kernelBase: hex(r.second), directMapBase: hex(r.value) }),
  [RecordKind.TOPOLOGY]: (r) => ({ source: nameOf(TopologySource, r.first), nodes: Number(r.second) }),
  [RecordKind.NODE]: (r) => ({ node: Number(r.first), frames: hex(r.second), domain: Number(r.value) }),
  [RecordKind.NODE_RANGE]: (r) => ({ ...range(r), node: Number(r.value) }),
  [RecordKind.NODE_CPU]: cpuFields,
  [RecordKind.NODE_DISTANCE]: (r) => ({ from: Number(r.first), to: Number(r.second), distance: Number(r.value) }),
  [RecordKind.TOPOLOGY_ODDITY]: (r) => ({
    oddity: nameOf(Oddity, r.first),
    count: Number(r.second),
    found: hex(r.value),
  }),
  [RecordKind.TASK_MEMORY]: (r) => ({
    frames: Number(r.first),
    tables: Number(r.second),
    regions: Number(r.value & 0xffff_ffffn),
    handles: Number(r.value >> 32n),
  }),
  [RecordKind.TASK_QUOTA]: (r) => ({
    kind: nameOf(QuotaKind, r.first),
    limit: Number(r.second),
    used: Number(r.value),
  }),
  [RecordKind.REGION]: (r) => ({
    ...range(r),
    kind: nameOf(RegionKind, r.value & 0xffn),
    rights: segmentRights((r.value >> 8n) & 0xffn),
    sealed: ((r.value >> 16n) & 1n) !== 0n,
  }),
  [RecordKind.REGION_OFFSET]: (r) => ({ offset: hex(r.first) }),
  [RecordKind.REGION_BYTES]: (r) => ({ counter: nameOf(RegionCounter, r.first), bytes: Number(r.second) }),
  [RecordKind.FRAME_RUN]: (r) => ({
    ...range(r),
    owner: nameOf(FrameOwner, r.value & 0xffn),
    node: Number((r.value >> 8n) & 0xffn),
    holders: Number(r.value >> 16n),
  }),
  [RecordKind.CPUS]: (r) => ({ running: Number(r.first), wanted: Number(r.second) }),
  [RecordKind.HPET]: (r) => ({
    state: nameOf(HpetState, r.first),
    femtoseconds: hex(r.second),
    clockRate: hex(r.value),
  }),
  [RecordKind.RECLAIMED]: (r) => ({ first: hex(r.first), level: Number(r.second) }),
  [RecordKind.PAGES_RECLAIMED]: (r) => ({ key: hex(r.first), offset: hex(r.second), pages: Number(r.value) }),
  [RecordKind.SHOOTDOWN]: (r) => ({ cpus: hex(r.first), pages: Number(r.second), left: r.value !== 0n }),
  [RecordKind.TASK_FORKED]: (r) => ({ parent: Number(r.first) }),
  [RecordKind.COUNTER]: counterFields,
  [RecordKind.FRAMES_IN_HAND]: handFields,
  [RecordKind.OBJECT_KIND]: (r) => ({ name: objectName(r), index: Number(r.value) }),
  [RecordKind.FRAME_ALLOCATED]: frameFields,
  [RecordKind.FRAME_FREED]: frameFields,
  [RecordKind.MAPPED]: mappingFields,
  [RecordKind.UNMAPPED]: mappingFields,
  [RecordKind.FAULT]: (r) => ({ address: hex(r.first), errorCode: hex(r.second), access: accessOf(r.second) }),
  [RecordKind.CALL]: (r) => ({ call: callName(r.first), arguments: [hex(r.second), hex(r.value)] }),
  [RecordKind.RESULT]: (r) => ({ call: callName(r.first), result: BigInt.asIntN(64, r.value).toString() }),
  [RecordKind.PROTECTED]: mappingFields,
  [RecordKind.COPIED]: (r) => ({ page: hex(r.first), from: hex(r.second), to: hex(r.value) }),
  [RecordKind.PROMOTED]: (r) => ({ page: hex(r.first), frame: hex(r.second) }),
  [RecordKind.REUSED]: (r) => ({ page: hex(r.first), frame: hex(r.second) }),
  [RecordKind.SWITCH]: (r) => ({ from: Number(r.first), to: Number(r.second) }),
  [RecordKind.PRESSURE]: (r) => ({ node: Number(r.first), free: hex(r.second), state: nameOf(PressureState, r.value) }),
};

export function fieldsOf(record: TraceRecord): Fields {
  const reader = readers[record.kind];
  if (reader !== undefined) return reader(record);
  return { first: hex(record.first), second: hex(record.second), value: hex(record.value) };
}

export function kindName(kind: number): string {
  return nameOf(RecordKind, kind);
}

/** The value of a TASK_KILLED record of a task that did not fault. */
const HELD_MOST = BigInt(FaultReason.HELD_MOST) << 16n;

/** "user" of the value of a TASK_KILLED record: vector, region and reason in one number. */
export function faultFields(record: TraceRecord): Fields {
  const reason = nameOf(FaultReason, (record.value >> 16n) & 0xffn);
  if (record.value === HELD_MOST) return { frames: hex(record.first), wantedBy: Number(record.second), reason };
  const vector = Number(record.value & 0xffn);
  const cause = {
    vector,
    region: nameOf(RegionKind, (record.value >> 8n) & 0xffn),
    reason,
  };
  const where = { address: hex(record.first), errorCode: hex(record.second) };
  return vector === 14 ? { ...where, access: accessOf(record.second), ...cause } : { ...where, ...cause };
}

function cpuFields(record: TraceRecord): Fields {
  const state = record.value >> 8n;
  return {
    cpu: Number(record.first),
    apicId: Number(record.second),
    node: Number(record.value & 0xffn),
    state: bitNames(CpuState, state),
  };
}

function range(record: TraceRecord): Fields {
  return { first: hex(record.first), last: hex(record.second) };
}

function frameFields(record: TraceRecord): Fields {
  return { frame: hex(record.first), order: Number(record.second), owner: nameOf(FrameOwner, record.value) };
}

function counterFields(record: TraceRecord): Fields {
  const { scope, moment, index, counter, value } = counterOf(record);
  return {
    at: nameOf(CounterMoment, moment),
    of: nameOf(CounterScope, scope),
    index,
    counter: nameOf(SCOPES[scope] ?? {}, counter),
    value: hex(value),
  };
}

function handFields(record: TraceRecord): Fields {
  const { cpu, hand, first, frames } = inHandOf(record);
  return { at: nameOf(CounterMoment, record.value >> 24n), cpu, hand: nameOf(Hand, hand), first: hex(first), frames };
}

function mappingFields(record: TraceRecord): Fields {
  return { first: hex(record.first), bytes: hex(record.second), rights: bitNames(PageRight, record.value) };
}
