import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MACHINE_NAMES, type MachineName } from "../../cli/values.ts";
import { commandOf, failureOfCalls, type Fuzz } from "./support/calls.ts";

/** A fixed budget; `npm run nightly:calls` draws more (CONTRIBUTING.md). */
const CALLS: Readonly<Record<MachineName, number>> = { embedded: 2000, qemu: 500 };
const SEED = 1n;
const TIMEOUT_SECONDS = 600;

for (const machine of MACHINE_NAMES) {
  describe(`calls drawn at random on ${machine}`, () => {
    for (const cpus of [1, 2]) {
      const fuzz = { machine, cpus, seed: SEED, calls: CALLS[machine] };
      test(commandOf(fuzz), async () => {
        assert.equal(await failureOfCalls(fuzz, TIMEOUT_SECONDS), undefined);
      });
    }
  });
}

test("an answer that is not documented is found", async () => {
  const fuzz: Fuzz = { machine: "embedded", cpus: 1, seed: SEED, calls: 300, forgotten: "EEXIST" };
  assert.match((await failureOfCalls(fuzz, TIMEOUT_SECONDS)) ?? "", /wrong: call 4 answered -17/);
});
