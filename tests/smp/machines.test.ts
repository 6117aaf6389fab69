import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MACHINE_NAMES, type MachineName } from "../../cli/values.ts";
import { RecordKind } from "../../kernel/trace/records.ts";
import { bootPrograms, type Booted } from "../support/boot.ts";

/** Several CPUs: each program says what it says alone, and nothing is left of any. */
const PROGRAMS = [
  "user/programs/hello.ts",
  "tests/scenarios/programs/take-turns.ts",
  "user/programs/null-read.ts",
  "tests/forks/programs/tree.ts",
  "tests/scenarios/programs/take-turns.ts",
  "user/programs/stack-overflow.ts",
];
const COUNTS: Readonly<Record<MachineName, readonly number[]>> = { embedded: [2, 4, 64], qemu: [2, 4] };

/** Value of a SHOOTDOWN. */
const LEFT = 1n;

const ended = ({ document }: Booted) =>
  document.programs.map(({ name, exit, fault }) => ({ name, exit, reason: fault?.reason }));

const cpusOfSwitches = ({ records }: Booted) =>
  new Set(records.filter(({ kind }) => kind === RecordKind.SWITCH).map(({ cpu }) => cpu));

for (const machine of MACHINE_NAMES) {
  describe(`several CPUs on ${machine}`, () => {
    for (const cpus of COUNTS[machine]) {
      test(`${cpus} of them run the programs, which end as on one, and all frames are back`, async (t) => {
        const alone = await bootPrograms(machine, PROGRAMS);
        const booted = await bootPrograms(machine, PROGRAMS, { cpus });
        assert.equal(booted.result.status, alone.result.status, booted.console);
        assert.deepEqual(ended(booted), ended(alone));
        const report = booted.records.find(({ kind }) => kind === RecordKind.CPUS)!;
        assert.deepEqual([report.first, report.second], [BigInt(cpus), BigInt(cpus)]);
        assert.ok(cpusOfSwitches(booted).size > 1, "only one CPU ran tasks");
        // Each space runs on one CPU alone: nobody need be asked to flush, but those that sleep in it to leave it.
        const shootdowns = booted.records.filter(({ kind }) => kind === RecordKind.SHOOTDOWN);
        assert.ok(shootdowns.every(({ value }) => value === LEFT));
        t.diagnostic(`${shootdowns.length} times CPUs were asked to leave a space`);
      });
    }
  });
}

test("the same seed has the same order on the embedded machine, another seed another", async () => {
  const traceOf = async (seed: bigint) => {
    const { records } = await bootPrograms("embedded", PROGRAMS, { cpus: 4, seed, aslr: false });
    return records.map(({ cpu, task, kind, first }) => `${cpu} ${task} ${kind} ${first}`).join("\n");
  };
  assert.equal(await traceOf(7n), await traceOf(7n));
  assert.notEqual(await traceOf(7n), await traceOf(8n));
});
