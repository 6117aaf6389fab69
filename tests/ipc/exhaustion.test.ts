import assert from "node:assert/strict";
import { test } from "node:test";
import { ExitStatus } from "../../cli/exit-status.ts";
import { decodeRecords } from "../../cli/records/decode.ts";
import { bootPrograms, buildPrograms } from "../embedded/support/boot.ts";
import { allocationCount, bringUpAllocations, type Boot } from "../support/shortage.ts";

/**
 * Every allocation of frames fails once while programs make objects, pass handles on and take them back, each in a boot of its own. What becomes of
 * the programs is theirs; the kernel gets every frame and object back, or its checks at the end would panic.
 */

const OWN = "tests/ipc/programs";

const FAMILIES = [["producer"], ["asker", "adder"], ["pager", "pager-client"]];

for (const names of FAMILIES) {
  const sources = names.map((name) => `${OWN}/${name}.ts`);
  test(`whichever allocation of ${sources.join(" and ")} fails, nothing is lost`, async (t) => {
    const programs = await buildPrograms(sources);
    const boot = async (failAllocation: number): Promise<Boot> => {
      const { status, console, records } = await bootPrograms(programs, { trace: true, failAllocation });
      return { status, console, records: decodeRecords(records) };
    };
    const plenty = await boot(0);
    const first = bringUpAllocations(plenty) + 1;
    const last = allocationCount(plenty);
    t.diagnostic(`allocations ${first} to ${last}`);
    assert.ok(last > first + 100);
    for (let n = first; n <= last; n++) {
      const { status, console } = await boot(n);
      assert.ok(status === ExitStatus.OK || status === ExitStatus.PROGRAM_FAILED, `allocation ${n}: ${console}`);
    }
  });
}
