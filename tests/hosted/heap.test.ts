import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { describe, test } from "node:test";
import { runHosted, type Step } from "../../machine/hosted/run.ts";
import { buildHosted } from "../../tools/build/hosted.ts";
import { requireNativeTools } from "../../tools/native-tools.ts";
import { nitros } from "../support/command.ts";

/** The heap on threads with real atomics. `NITROS_TEST_SEED=n` draws the same steps again; how the threads meet is up to Linux. */
const STEPS = { address: 60_000, thread: 15_000 } as const;
const seed = Number(process.env["NITROS_TEST_SEED"] ?? randomInt(2 ** 31));

/** `heapStress` takes seed, CPUs and steps in one number: platform/hosted/workloads/heap-stress.ts. */
function stress(cpus: number, steps: number): Step {
  return { workload: "heapStress", cpus, argument: BigInt(seed) | (BigInt(cpus) << 32n) | (BigInt(steps) << 40n) };
}

for (const variant of ["address", "thread"] as const) {
  describe(`the heap under the ${variant} sanitizer`, () => {
    for (const cpus of [1, 2, 4]) {
      test(`${cpus} CPUs at random: nothing dirty, nothing twice, no slab left`, async (t) => {
        t.diagnostic(`NITROS_TEST_SEED=${seed}`);
        requireNativeTools("clang", "ld.lld", "sanitizers and libFuzzer");
        const program = await buildHosted(variant);
        const steps = [{ workload: "heapStressSetUp" }, stress(cpus, STEPS[variant]), { workload: "heapStressEnd" }];
        assert.deepEqual((await runHosted(program, steps)).results, [0n]);
      });
    }
  });
}

test("nitros bench heap counts a pair and a bulk, beside malloc in the same run", async () => {
  const { status, stdout, stderr } = await nitros(["bench", "heap", "--machine", "hosted", "--json"]);
  assert.equal(status, 0, stderr);
  const { results } = JSON.parse(stdout) as { results: { name: string; value: number; peers: object }[] };
  assert.deepEqual(
    results.map(({ name }) => name),
    ["heap.pair", "heap.bulk"],
  );
  for (const { value, peers } of results) {
    assert.ok(value > 10 && value < 500, `${value} instructions`);
    assert.ok("glibc malloc" in peers);
  }
});
