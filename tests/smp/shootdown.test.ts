import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ExitStatus } from "../../cli/exit-status.ts";
import { MACHINE_NAMES } from "../../cli/values.ts";
import { RecordKind } from "../../kernel/trace/records.ts";
import type { Booted } from "../support/boot.ts";
import { bootTestKernel } from "./support/boot.ts";

/** A space on two CPUs: pages that one takes away are gone for the other, when the one goes on. */
const events = ({ document }: Booted, name: string) => document.cpus.map((cpu) => cpu[name] as number);
const sum = (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0);

for (const machine of MACHINE_NAMES) {
  describe(`shootdown on ${machine}`, () => {
    test("reaches the CPU that has the space, once for each change, and no other", async () => {
      const booted = await bootTestKernel(machine, "shootdown");
      assert.equal(booted.result.status, ExitStatus.OK, booted.console);
      assert.deepEqual(booted.document.programs[0]!.output.split("\n"), [
        "a page: 7, then -1",
        "many pages: 7, then -1",
        "made read-only: 8, then 8",
        "on one CPU: 9, then 0",
        "",
      ]);
      const shootdowns = booted.records.filter(({ kind }) => kind === RecordKind.SHOOTDOWN);
      assert.deepEqual(
        shootdowns.map(({ second }) => second),
        [1n, 0n, 1n],
      );
      assert.deepEqual(
        shootdowns.map(({ cpu, first }) => Number(first) === 1 << (1 - cpu)),
        [true, true, true],
      );
      assert.equal(sum(events(booted, "flushesSent")), shootdowns.length);
      assert.equal(sum(events(booted, "flushesServed")), shootdowns.length);
    });
  });
}

test("a CPU that waits for the kernel's lock with its interrupts off flushes all the same", async () => {
  const booted = await bootTestKernel("qemu", "shootdown-waiting");
  assert.equal(booted.result.status, ExitStatus.OK, booted.console);
  assert.equal(booted.document.programs[0]!.output, "stale: 0\n");
  assert.equal(sum(events(booted, "flushesSent")), 20);
  assert.equal(sum(events(booted, "flushesServed")), 20);
});
