import assert from "node:assert/strict";
import { test } from "node:test";
import type { TraceRecord } from "../../cli/records/decode.ts";
import { textBytes } from "../../cli/records/decode.ts";
import { FrameOwner } from "../../kernel/frames/owners.ts";
import { RecordKind } from "../../kernel/trace/records.ts";
import { bootPrograms } from "../support/boot.ts";

/** Cache colours of the embedded machine: 16, as its CPUID says. QEMU's processor names no second level and has one. */
const COLOURS = 16n;

test("a task that keeps to two colours gets frames of these alone, in turns", async () => {
  const { result, records } = await bootPrograms("embedded", ["tests/scenarios/programs/keep-colours.ts"]);
  assert.equal(result.status, 0);
  const frames = framesBetween(records, "Forty pages", "Any colour");
  assert.equal(frames.length, 40);
  const counts = [0n, 1n].map((colour) => frames.filter((frame) => frame % COLOURS === colour).length);
  assert.deepEqual(counts, [20, 20]);
});

/** Numbers of the user frames allocated between two lines of output. */
function framesBetween(records: readonly TraceRecord[], from: string, to: string): bigint[] {
  const said = (text: string) =>
    records.findIndex(
      (record) => record.kind === RecordKind.OUTPUT && Buffer.from(textBytes(record)).toString().startsWith(text),
    );
  return records
    .slice(said(from), said(to))
    .filter(({ kind, value }) => kind === RecordKind.FRAME_ALLOCATED && value === BigInt(FrameOwner.USER))
    .map(({ first }) => first);
}
