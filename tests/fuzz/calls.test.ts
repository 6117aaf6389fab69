import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { commandOf, failureOfCalls, type Fuzz } from "./support/calls.ts";

/**
 * A fixed budget, that a seed repeats: the embedded machine as it is, metal with one CPU and no turns. `npm run nightly:calls` draws anew
 * (CONTRIBUTING.md), with turns and several CPUs on both.
 */
const SEED = 1n;
const RUNS: readonly Fuzz[] = [
  { machine: "embedded", cpus: 1, seed: SEED, calls: 2000, turnMilliseconds: 1 },
  { machine: "embedded", cpus: 2, seed: SEED, calls: 2000, turnMilliseconds: 1 },
  { machine: "qemu", cpus: 1, seed: SEED, calls: 500, turnMilliseconds: 0 },
];
const TIMEOUT_SECONDS = 600;

for (const fuzz of RUNS) {
  test(`calls drawn at random get answers that are documented: ${commandOf(fuzz)}`, async () => {
    assert.equal(await failureOfCalls(fuzz, TIMEOUT_SECONDS), undefined);
  });
}

/** The families are told what is not so, each something else, and the tenant of the modules' zone, too. */
const FINDINGS: readonly (readonly [what: string, says: RegExp])[] = [
  ["an answer that is not documented", /wrong: call \d+ answered -17/],
  ["a call that nobody may make", /wrong: call 5 was allowed: 0/],
  ["memory that is mapped to be written by a handle to read it", /wrong: call 4 was allowed: 0/],
  ["a write to memory that a module lends to be read", /wrong: the tenant's memory was written/],
];

describe("what is planted is found:", () => {
  let found = "";
  before(async () => {
    found = (await failureOfCalls({ ...RUNS[0]!, calls: 600, misled: true }, TIMEOUT_SECONDS)) ?? "";
  });
  for (const [what, says] of FINDINGS) test(what, () => assert.match(found, says));
});
