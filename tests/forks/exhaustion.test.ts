import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeRecords } from "../../cli/records/decode.ts";
import { RecordKind } from "../../kernel/trace/records.ts";
import { bootPrograms, buildPrograms } from "../embedded/support/boot.ts";
import { allocationCount, bringUpAllocations, checkShortageOfCopies, type Boot } from "../support/shortage.ts";

/** Every allocation of a boot with copies fails once: the copy that is being made is undone, or one task is killed. */

const BYSTANDER = "take-turns";
const SOURCES = ["user/programs/fork-tree.ts", `tests/scenarios/programs/${BYSTANDER}.ts`];

const programs = await buildPrograms(SOURCES);

async function boot(failAllocation: number): Promise<Boot> {
  const { status, console, records } = await bootPrograms(programs, { trace: true, failAllocation });
  return { status, console, records: decodeRecords(records) };
}

test("whichever allocation fails, what is left of the tree ends, and all frames are back", async (t) => {
  const plenty = await boot(0);
  assert.equal(plenty.status, 0, plenty.console);
  const [first, count] = [bringUpAllocations(plenty) + 1, allocationCount(plenty)];
  let fewer = 0;
  for (let n = first; n <= count; n++) {
    const short = await boot(n);
    checkShortageOfCopies(plenty, short, n, BYSTANDER);
    if (copies(short) < copies(plenty)) fewer += 1;
  }
  t.diagnostic(`${count - first + 1} allocations, ${fewer} of which a copy could not be made without`);
  assert.ok(fewer > 20);
});

function copies({ records }: Boot): number {
  return records.filter(({ kind }) => kind === RecordKind.TASK_FORKED).length;
}
