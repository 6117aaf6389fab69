import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Both } from "./support/both.ts";
import { Feature, usualModule } from "./support/machine.ts";
import { compileMutant, type Mutant } from "./support/mutants.ts";
import { SCENARIOS } from "./support/reclaim.ts";

/** What is taken from spaces when memory is short. That nothing is lost by it at any other time: `model.test.ts`. */

function runAll(module: WebAssembly.Module, hidden: number): void {
  for (const { run } of SCENARIOS) {
    const both = new Both(module, hidden);
    run(both);
    both.end();
  }
}

const module = await usualModule();
for (const { what, run } of SCENARIOS) {
  test(what, () => {
    for (const hidden of [0, Feature.PCID]) {
      const both = new Both(module, hidden);
      run(both);
      both.end();
    }
  });
}

const RECLAIM = "kernel/spaces/reclaim.ts";
const MUTANTS: readonly Mutant[] = [
  { what: "A is ignored", file: RECLAIM, from: "if ((entry & Pte.ACCESSED) != 0) spare(slot);\n  else if", to: "if" },
  {
    what: "A is cleared, and cached translations stay in use unseen",
    file: RECLAIM,
    from: "physAnd64(slot, ~Pte.ACCESSED);\n  noteAllPages();",
    to: "physAnd64(slot, ~Pte.ACCESSED);",
  },
  {
    what: "a table goes and is not flushed",
    file: RECLAIM,
    from: "noteAllPages();\n  noteStructures();\n  noteTable(",
    to: "noteTable(",
  },
  {
    what: "pages that were written go with their table",
    file: RECLAIM,
    from: "(level != 2 || !isSupplied(entry))",
    to: "level != 2",
  },
  { what: "tables of others go", file: RECLAIM, from: " || isSharedTable(entry)", to: "" },
  { what: "more go than are wanted", file: RECLAIM, from: " && taken < wanted", to: "" },
  { what: "higher tables stay", file: RECLAIM, from: "level <= ROOT_LEVEL", to: "level < 3" },
];

describe("a planted mistake is found:", { concurrency: 2 }, () => {
  for (const [index, mutant] of MUTANTS.entries()) {
    test(mutant.what, async (t) => {
      const planted = await compileMutant(mutant, `reclaim-${index}`);
      assert.throws(
        () => runAll(planted, 0),
        (error: Error) => {
          t.diagnostic(error.message.split("\n")[0]!);
          return true;
        },
      );
    });
  }
});
