import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { ExitStatus } from "../../cli/exit-status.ts";
import { MACHINE_NAMES, type MachineName } from "../../cli/values.ts";
import { bootPrograms, type Booted, TEST_SEED } from "../support/boot.ts";
import { canonicalTraceOfCopies } from "../support/canonical-trace.ts";
import { assertEqualTraces } from "../support/equal-traces.ts";
import {
  BAD_PAGERS,
  checkFamily,
  checkPatience,
  ENDLESS,
  FAMILIES,
  type Family,
  impatience,
  MISSED_AGAIN,
  PAIR,
  SLOW,
  SUMS,
} from "./support/families.ts";

/** Ports, messages, handles, memory that is shared by them, and pages that servers have. */

for (const family of FAMILIES) {
  describe(family.what, () => {
    const booted = new Map<MachineName, Booted>();
    before(async () => {
      for (const machine of MACHINE_NAMES) booted.set(machine, await bootPrograms(machine, family.sources));
    });

    for (const machine of MACHINE_NAMES)
      test(`is as it should be on ${machine}`, () => checkFamily(family, booted.get(machine)!));

    test("has the same trace on both machines", () => {
      const traces = MACHINE_NAMES.map((machine) => canonicalTraceOfCopies(booted.get(machine)!.records));
      assert.ok(traces[0]!.length > 50, "is the trace on?");
      assertEqualTraces(traces[1]!, traces[0]!, "+ on qemu, - on embedded");
    });
  });
}

for (const machine of MACHINE_NAMES) {
  for (const cpus of [2, 4]) {
    test(`with ${cpus} CPUs the sums are right on ${machine}`, async () => {
      checkFamily(SUMS, await bootPrograms(machine, SUMS.sources, { cpus, trace: false }));
    });

    test(`with ${cpus} CPUs servers that do not supply what is missed keep nobody waiting on ${machine}`, async () => {
      const { result, console } = await bootPrograms(machine, BAD_PAGERS.sources, { cpus, trace: false });
      assert.equal(result.status, ExitStatus.OK, console);
    });
  }
}

test("with turns, whoever has the CPU in between, the sums are right", async () => {
  checkFamily(SUMS, await bootPrograms("embedded", SUMS.sources, { turnMilliseconds: 1 }));
});

for (const machine of MACHINE_NAMES) {
  test(`${PAIR.what}, on ${machine}: a third task gets the CPU after it`, async () => {
    checkFamily(PAIR, await bootPrograms(machine, PAIR.sources, { turnMilliseconds: 1, trace: false }));
  });
}

function bootImpatiently(machine: MachineName, { sources }: Family, cpus: number, seed = TEST_SEED): Promise<Booted> {
  return bootPrograms(machine, sources, { ...impatience(machine), cpus, seed, trace: false, frames: true });
}

for (const machine of MACHINE_NAMES) {
  test(`${SLOW.what}, on ${machine}`, async () => checkFamily(SLOW, await bootImpatiently(machine, SLOW, 1)));
}

test(`with 2 CPUs, whichever of them counts and sleeps, ${SLOW.what}`, async () => {
  for (let seed = 1n; seed <= 4n; seed++) checkFamily(SLOW, await bootImpatiently("embedded", SLOW, 2, seed));
});

// One of QEMU's CPUs may stand still while the other one counts: what is slow there may be too slow.
test(`with 2 CPUs ${ENDLESS.what} on qemu`, async () =>
  checkFamily(ENDLESS, await bootImpatiently("qemu", ENDLESS, 2)));

// On QEMU the CPUs would have to meet so.
test(`with 2 CPUs, one of which sleeps meanwhile, ${MISSED_AGAIN.what}`, async () => {
  checkFamily(MISSED_AGAIN, await bootPrograms("embedded", MISSED_AGAIN.sources, { cpus: 2, trace: false }));
});

test("patience lasts as long as it should, for those that wait with others too", async () => {
  checkPatience(await bootImpatiently("embedded", ENDLESS, 1));
});
