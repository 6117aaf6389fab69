import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { TraceRecord } from "../../cli/records/decode.ts";
import { Phase } from "../../kernel/boot/phases.ts";
import { FrameOwner } from "../../kernel/frames/owners.ts";
import { FaultReason, RegionKind } from "../../kernel/spaces/kinds.ts";
import { RecordKind } from "../../kernel/trace/records.ts";
import { canonicalTrace } from "../support/canonical-trace.ts";

/** The comparison of traces must see what differs, and be blind only to what docs/TRACE.md lists. */
function record(kind: number, first: bigint, second: bigint, value: bigint, time = 0n): TraceRecord {
  return { time, task: 1, cpu: 0, kind, first, second, value };
}

const SEALED = record(RecordKind.PHASE, BigInt(Phase.SEAL), 0n, 0n);
const USER = BigInt(FrameOwner.USER);
const OVERFLOW = 14n | (BigInt(RegionKind.STACK_GUARD) << 8n) | (BigInt(FaultReason.STACK_OVERFLOW) << 16n);
const READ_ONLY = 14n | (BigInt(RegionKind.TEXT) << 8n) | (BigInt(FaultReason.READ_ONLY) << 16n);

function trace(...records: TraceRecord[]): string[] {
  return canonicalTrace([SEALED, ...records]);
}

describe("two traces are equal", () => {
  test("whatever came before the end of bring-up, and whenever it was", () => {
    const exit = record(RecordKind.TASK_EXIT, 0n, 0n, 0n, 5n);
    const map = record(RecordKind.MEMORY_RANGE, 0n, 4095n, 1n);
    assert.deepEqual(canonicalTrace([map, SEALED, { ...exit, time: 9n }]), trace(exit));
  });

  test("when frames have other numbers, but only if they are used alike", () => {
    const allocated = (frame: bigint) => record(RecordKind.FRAME_ALLOCATED, frame, 0n, USER);
    const freed = (frame: bigint) => record(RecordKind.FRAME_FREED, frame, 0n, USER);
    assert.deepEqual(trace(allocated(7n), allocated(9n), freed(7n)), trace(allocated(1n), allocated(2n), freed(1n)));
    assert.notDeepEqual(trace(allocated(7n), allocated(9n), freed(7n)), trace(allocated(1n), allocated(2n), freed(2n)));
  });

  test("when a frame that came back goes out again, or another does", () => {
    const allocated = (frame: bigint) => record(RecordKind.FRAME_ALLOCATED, frame, 0n, USER);
    const freed = (frame: bigint) => record(RecordKind.FRAME_FREED, frame, 0n, USER);
    assert.deepEqual(trace(allocated(7n), freed(7n), allocated(7n)), trace(allocated(1n), freed(1n), allocated(2n)));
  });

  test("when a stack overflow hit another byte of the guard page, but no other page", () => {
    const killed = (address: bigint) => record(RecordKind.TASK_KILLED, address, 6n, OVERFLOW);
    assert.deepEqual(trace(killed(0x5ff8n)), trace(killed(0x5000n)));
    assert.notDeepEqual(trace(killed(0x5ff8n)), trace(killed(0x4ff8n)));
  });
});

describe("two traces differ", () => {
  const killed = record(RecordKind.TASK_KILLED, 0x5ff8n, 7n, READ_ONLY);
  const call = record(RecordKind.CALL, 0n, 0x1000n, 12n);
  const others: Readonly<Record<string, TraceRecord[]>> = {
    "in an address": [{ ...killed, first: 0x5ff0n }, call],
    "in an error code": [{ ...killed, second: 5n }, call],
    "in a task": [{ ...killed, task: 2 }, call],
    "in an argument": [killed, { ...call, value: 13n }],
    "in the order": [call, killed],
    "in the length": [killed],
  };
  for (const [what, records] of Object.entries(others)) {
    test(what, () => assert.notDeepEqual(trace(...records), trace(killed, call)));
  }

  test("and one without an end of bring-up is none at all", () => {
    assert.throws(() => canonicalTrace([killed, call]), /never reached the end of bring-up/);
  });
});
