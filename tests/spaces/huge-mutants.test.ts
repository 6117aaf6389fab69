import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { HUGE_KNOWN, HUGE_RUNS, hugeBehaves } from "./support/huge-behaviour.ts";
import { compileMutant, type Mutant } from "./support/mutants.ts";

/** Mistakes planted where pages of 1 GiB are made, split and shared: the test with the model of large spaces finds each of them. */

const PAGES = "kernel/spaces/pages.ts";
const TABLES = "kernel/paging/user-tables.ts";

const MUTANTS: readonly Mutant[] = [
  {
    what: "of an unmapped gigabyte 2 MiB go back",
    file: "kernel/spaces/unmap.ts",
    from: "for (let done: u64 = 0; done < pageBytesAt(level); done += LARGE_BYTES)",
    to: "for (let done: u64 = 0; done < LARGE_BYTES; done += LARGE_BYTES)",
  },
  {
    what: "a gigabyte is not split where it is cut",
    file: PAGES,
    from: "if (isAligned(address, pageBytesAt(level)) || !isPresent(entry)) return true;",
    to: "if (isAligned(address, LARGE_BYTES) || !isPresent(entry)) return true;",
  },
  {
    what: "its pieces follow one another too closely",
    file: TABLES,
    from: "entry += pageBytesAt(level - 1);",
    to: "entry += PAGE_BYTES;",
  },
  {
    what: "a fork counts 2 MiB of it",
    file: "kernel/spaces/fork.ts",
    from: "shareFrames(Frame.containing(leafAddress(entry, level)), blockOrder(level));",
    to: "shareFrames(Frame.containing(leafAddress(entry, level)), 9);",
  },
  {
    what: "2 MiB pages that do not lie in a row become a gigabyte",
    file: "kernel/spaces/promote.ts",
    from: "return isInRow || (level == 2 && (physLoad64(table) & Pte.FOREIGN) == 0);",
    to: "return true;",
  },
];

/** So that a mutant is found today and tomorrow. */
const SEED = 20_261;

describe("a planted mistake is found:", () => {
  for (const [index, mutant] of MUTANTS.entries()) {
    test(mutant.what, async (t) => {
      const module = await compileMutant(mutant, `huge-${index}`);
      const result = fc.check(hugeBehaves(module), {
        seed: SEED,
        numRuns: HUGE_RUNS,
        examples: HUGE_KNOWN,
        endOnFailure: true,
      });
      assert.ok(result.failed, `not in ${HUGE_RUNS} runs`);
      t.diagnostic(`run ${result.numRuns}: ${String(result.errorInstance).split("\n")[0]}`);
    });
  }
});
