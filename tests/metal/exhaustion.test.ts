import { randomInt } from "node:crypto";
import { before, describe, test } from "node:test";
import { bootPrograms } from "../support/boot.ts";
import { allocationCount, bringUpAllocations, checkShortage, type Boot } from "../support/shortage.ts";

/** On the embedded machine each allocation fails once (`tests/embedded/exhaustion.test.ts`). Here some do, on the native kernel. */

const SOURCES = ["user/programs/hello.ts", "tests/scenarios/programs/take-turns.ts"];

async function boot(failAllocation?: number): Promise<Boot> {
  const { result, console, records } = await bootPrograms("qemu", SOURCES, { aslr: false, failAllocation });
  return { status: result.status, console, records };
}

let plenty: Boot;
before(async () => {
  plenty = await boot();
});

/** Which to fail, by what the boot without failure has shown. */
const choices: Readonly<Record<string, () => number>> = {
  "the last one of bring-up": () => bringUpAllocations(plenty),
  "the first one for programs": () => bringUpAllocations(plenty) + 1,
  "one drawn at random": () => randomInt(bringUpAllocations(plenty) + 1, allocationCount(plenty)),
  "the last one of all": () => allocationCount(plenty),
};

describe("an allocation that fails on metal is a readable end, or one program the less", { concurrency: 2 }, () => {
  for (const [what, choose] of Object.entries(choices)) {
    test(what, async (t) => {
      const n = choose();
      t.diagnostic(`allocation ${n} of ${allocationCount(plenty)}`);
      checkShortage(plenty, await boot(n), n);
    });
  }
});
