import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeRecords } from "../../cli/records/decode.ts";
import { allocationCount, bringUpAllocations, checkShortage, type Boot } from "../support/shortage.ts";
import { bootPrograms, buildPrograms } from "./support/boot.ts";

/** Every allocation of a boot fails once, each in a boot of its own: on the embedded machine that takes milliseconds. */

const SOURCES = ["user/programs/hello.ts", "tests/scenarios/programs/take-turns.ts", "user/programs/null-read.ts"];

const programs = await buildPrograms(SOURCES);

async function boot(failAllocation: number): Promise<Boot> {
  const { status, console, records } = await bootPrograms(programs, { trace: true, failAllocation });
  return { status, console, records: decodeRecords(records) };
}

test("whichever allocation fails, bring-up panics readably, or one program ends and nothing else changes", async (t) => {
  const plenty = await boot(0);
  const count = allocationCount(plenty);
  t.diagnostic(`${count} allocations, ${bringUpAllocations(plenty)} of them in bring-up`);
  assert.ok(count > bringUpAllocations(plenty) + 100 * SOURCES.length);
  for (let n = 1; n <= count; n++) checkShortage(plenty, await boot(n), n);
  const spared = await boot(count + 1);
  assert.deepEqual([spared.status, spared.console], [plenty.status, plenty.console]);
});
