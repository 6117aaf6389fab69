import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { describe, test } from "node:test";
import { HostedFailure, runHosted, type Step } from "../../machine/hosted/run.ts";
import { buildHosted, type HostedVariant } from "../../tools/build/hosted.ts";
import { requireNativeTools } from "../../tools/native-tools.ts";

/**
 * The frames on threads with real atomics: several CPUs allocate, free, share and pass on frames at random, and look at what is in them.
 * `NITROS_TEST_SEED=n` draws the same steps again; how the threads meet is up to Linux.
 */
const STEPS = { address: 60_000, thread: 15_000 } as const;
const CPU_COUNTS = [1, 2, 4];
const seed = Number(process.env["NITROS_TEST_SEED"] ?? randomInt(2 ** 31));

/** `stress` takes seed, CPUs and steps in one number: platform/hosted/workloads/stress.ts. */
function stress(cpus: number, steps: number): Step {
  return { workload: "stress", cpus, argument: BigInt(seed) | (BigInt(cpus) << 32n) | (BigInt(steps) << 40n) };
}

async function freeAtFirst(program: string): Promise<bigint> {
  return (await runHosted(program, [{ workload: "stressSetUp" }])).results[0]!;
}

async function sanitized(variant: HostedVariant): Promise<string> {
  requireNativeTools("clang", "ld.lld", "sanitizers and libFuzzer");
  return buildHosted(variant);
}

for (const variant of ["address", "thread"] as const) {
  describe(`frames under the ${variant} sanitizer`, () => {
    for (const cpus of CPU_COUNTS) {
      test(`${cpus} CPUs at random: nothing dirty, nothing twice, nothing lost`, async (t) => {
        t.diagnostic(`NITROS_TEST_SEED=${seed}`);
        const program = await sanitized(variant);
        const free = await freeAtFirst(program);
        const end = { workload: "stressEnd", argument: free };
        const { results } = await runHosted(program, [{ workload: "stressSetUp" }, stress(cpus, STEPS[variant]), end]);
        assert.equal(results[0], free);
      });
    }
  });
}

describe("what would be found", () => {
  test("a frame that is lost", async () => {
    const program = await sanitized("address");
    const free = await freeAtFirst(program);
    const steps = [{ workload: "stressSetUp" }, { workload: "stressEnd", argument: free + 1n }];
    await assert.rejects(runHosted(program, steps), (error: unknown) => {
      assert.ok(error instanceof HostedFailure);
      assert.equal(error.status, 70);
      assert.match(error.stderr, /KERNEL PANIC: frames are lost/);
      return true;
    });
  });

  test("two threads on one CPU's words: a data race", async () => {
    const program = await sanitized("thread");
    const both = { workload: "impostor", cpus: 2, argument: 2n | (20_000n << 8n) };
    await assert.rejects(runHosted(program, [{ workload: "stressSetUp" }, both]), (error: unknown) => {
      assert.ok(error instanceof HostedFailure);
      assert.match(error.stderr, /ThreadSanitizer: data race/);
      return true;
    });
  });
});
