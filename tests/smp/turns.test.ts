import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ExitStatus } from "../../cli/exit-status.ts";
import { MACHINE_NAMES, type MachineName } from "../../cli/values.ts";
import { RecordKind } from "../../kernel/trace/records.ts";
import { bootPrograms, type Booted } from "../support/boot.ts";

/** Turns: no task keeps a CPU for which others wait. */
const OWN = "tests/smp/programs";
const ENDLESS: Readonly<Record<MachineName, readonly string[]>> = {
  embedded: ["stores", "calls", "clock"],
  qemu: ["stores", "calls", "clock", "arithmetic"],
};
const SECONDS: Readonly<Record<MachineName, number>> = { embedded: 8, qemu: 30 };
const COUNTS: Readonly<Record<MachineName, readonly number[]>> = { embedded: [1, 2], qemu: [1] };
const COMPUTE = Array<string>(3).fill(`${OWN}/compute.ts`);

const counted = ({ document }: Booted, event: string) =>
  document.cpus.reduce((sum, cpu) => sum + (cpu[event] as number), 0);
const outputs = ({ document }: Booted) => document.programs.map(({ output, exit }) => ({ output, exit }));

for (const machine of MACHINE_NAMES) {
  describe(`turns on ${machine}`, () => {
    for (const cpus of COUNTS[machine]) {
      test(`endless programs leave ${cpus} CPUs to one that ends, and are ended by the timeout`, async () => {
        const endless = ENDLESS[machine].map((name) => `${OWN}/endless-${name}.ts`);
        const booted = await bootPrograms(machine, [...endless, "user/programs/hello.ts"], {
          ...{ cpus, turnMilliseconds: 1, trace: false, timeoutSeconds: SECONDS[machine] },
        });
        assert.equal(booted.result.status, ExitStatus.TIMED_OUT, booted.console);
        assert.match(booted.console, /hello \| I wrote to 16 pages/);
      });
    }

    test("a program that was interrupted calculates what it would alone", async () => {
      const alone = await bootPrograms(machine, COMPUTE, { trace: false, frames: true });
      const booted = await bootPrograms(machine, COMPUTE, { trace: false, frames: true, turnMilliseconds: 1 });
      assert.deepEqual(outputs(booted), outputs(alone));
      assert.equal(counted(alone, "preemptions"), 0);
      assert.ok(counted(booted, "preemptions") > 2, JSON.stringify(booted.document.cpus));
      assert.ok(counted(booted, "timers") >= counted(booted, "preemptions"));
    });

    test("a program that nobody waits for has no timer", async () => {
      const booted = await bootPrograms(machine, COMPUTE.slice(1, 2), {
        trace: false,
        frames: true,
        turnMilliseconds: 1,
      });
      assert.equal(booted.result.status, ExitStatus.OK);
      assert.equal(counted(booted, "timers"), 0);
    });
  });
}

test("turns end at the same places with the same seed on the embedded machine", async () => {
  const switches = async () => {
    const { records } = await bootPrograms("embedded", COMPUTE, { cpus: 2, turnMilliseconds: 1 });
    return records.filter(({ kind }) => kind === RecordKind.SWITCH);
  };
  assert.deepEqual(await switches(), await switches());
});
