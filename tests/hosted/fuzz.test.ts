import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomInt } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { buildHosted } from "../../tools/build/hosted.ts";
import { requireNativeTools } from "../../tools/native-tools.ts";

/**
 * libFuzzer over sequences of the frames' operations, four CPUs taking turns, against a model (platform/hosted/workloads/fuzz.ts), under
 * the address and undefined-behaviour sanitizers. `NITROS_FUZZ_SECONDS=600` looks for longer. A finding is printed in Base64; decoded
 * into a file and given to build/hosted/fuzzer it happens again.
 */
const SECONDS = Number(process.env["NITROS_FUZZ_SECONDS"] ?? 20);
/** Steps of 3 bytes: 512 of them. */
const LONGEST_INPUT = 1536;
/** Far fewer runs than a second makes anywhere: else it did not look at all. */
const FEWEST_RUNS = 100;
const seed = Number(process.env["NITROS_TEST_SEED"] ?? randomInt(1, 2 ** 31));

test(`${SECONDS} seconds of any operations in any order: the allocator does what the model does`, async (t) => {
  t.diagnostic(`NITROS_TEST_SEED=${seed}`);
  requireNativeTools("clang", "ld.lld", "sanitizers and libFuzzer");
  const fuzzer = await buildHosted("fuzzer");
  const folder = mkdtempSync(join(tmpdir(), "nitros-fuzz-"));
  try {
    const limits = [`-max_total_time=${SECONDS}`, `-max_len=${LONGEST_INPUT}`, `-seed=${seed}`];
    // Without -len_control=0 it would try short inputs for longer than there is time.
    const flags = [...limits, "-len_control=0", "-print_final_stats=1", `-artifact_prefix=${folder}/`];
    const { stderr } = await promisify(execFile)(fuzzer, [...flags, folder], { maxBuffer: 1 << 26 });
    const runs = Number(/stat::number_of_executed_units: (\d+)/.exec(stderr)?.[1]);
    const units = Number(/stat::new_units_added: +(\d+)/.exec(stderr)?.[1]);
    t.diagnostic(`${runs} runs, ${units} of which did what none before had done`);
    assert.ok(runs >= FEWEST_RUNS, `only ${runs} runs:\n${stderr}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
