import assert from "node:assert/strict";
import { test } from "node:test";
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

test("an answer that is not documented is found", async () => {
  const fuzz: Fuzz = { ...RUNS[0]!, calls: 300, forgotten: "EEXIST" };
  assert.match((await failureOfCalls(fuzz, TIMEOUT_SECONDS)) ?? "", /wrong: call \d+ answered -17/);
});

test("a right that is given away is found", async () => {
  const fuzz: Fuzz = { ...RUNS[0]!, calls: 300, forbidden: "munmap" };
  assert.match((await failureOfCalls(fuzz, TIMEOUT_SECONDS)) ?? "", /wrong: call 5 was allowed: 0/);
});
