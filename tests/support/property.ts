import { randomInt } from "node:crypto";
import type { TestContext } from "node:test";
import fc from "fast-check";

/** A failing property would be shrunk for as long as there is something smaller, and each try can be seconds. No property that holds takes as long. */
const LONGEST_MS = 300_000;

/**
 * Runs a property with a seed that is printed, whether it holds or not. `NITROS_TEST_SEED=n` runs the same cases again.
 * `examples` are tried first.
 */
export function holds<T>(
  t: TestContext,
  property: fc.IRawProperty<T, false>,
  numRuns: number,
  examples: T[] = [],
): void {
  const seed = Number(process.env["NITROS_TEST_SEED"] ?? randomInt(2 ** 31));
  t.diagnostic(`NITROS_TEST_SEED=${seed}, ${numRuns} runs`);
  fc.assert(property, {
    seed,
    numRuns,
    examples,
    includeErrorInReport: true,
    interruptAfterTimeLimit: LONGEST_MS,
    markInterruptAsFailure: true,
  });
}
