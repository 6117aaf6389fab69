import { randomInt } from "node:crypto";
import type { TestContext } from "node:test";
import fc from "fast-check";

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
  fc.assert(property, { seed, numRuns, examples, includeErrorInReport: true });
}
