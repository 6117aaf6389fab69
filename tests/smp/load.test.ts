import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MACHINE_NAMES, type MachineName } from "../../cli/values.ts";
import { commandOf, failureUnderLoad } from "./support/load.ts";

/** A fixed budget; `npm run nightly` draws more (CONTRIBUTING.md). The embedded machine repeats a seed exactly, QEMU takes time as it comes. */
const SEEDS: Readonly<Record<MachineName, readonly bigint[]>> = { embedded: [1n, 2n, 3n], qemu: [4n] };

for (const machine of MACHINE_NAMES) {
  describe(`under load on ${machine}`, () => {
    for (const cpus of [2, 4]) {
      for (const seed of SEEDS[machine]) {
        test(commandOf({ machine, cpus, seed }), async () => {
          assert.equal(await failureUnderLoad({ machine, cpus, seed }), undefined);
        });
      }
    }
  });
}
