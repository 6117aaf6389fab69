import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { ExitStatus } from "../../cli/exit-status.ts";
import { MACHINE_NAMES, type MachineName } from "../../cli/values.ts";
import { RecordKind } from "../../kernel/trace/records.ts";
import { bootPrograms, type Booted } from "../support/boot.ts";
import { canonicalTraceOfCopies } from "../support/canonical-trace.ts";
import { assertEqualTraces } from "../support/equal-traces.ts";

/** A module in its zone, and what others see of it, on both machines. */
const OWN = "tests/modules/programs";
const [RESIDENT, READER, WATCHER] = ["resident", "reader", "watcher"].map((name) => `${OWN}/${name}.ts`);
const ZONE = [0xffff_9000_0000_0000n, 0xffff_9fff_ffff_ffffn] as const;

const booted = new Map<MachineName, Booted>();

before(async () => {
  // The reader comes first: its space is older than the module.
  for (const machine of MACHINE_NAMES) booted.set(machine, await bootPrograms(machine, [READER!, RESIDENT!]));
});

for (const machine of MACHINE_NAMES) {
  describe(`on the ${machine} machine`, () => {
    test("a module has what it should, and nothing more", () => {
      const { document, console } = booted.get(machine)!;
      const [, module] = document.programs;
      assert.equal(module!.exit, 0, console);
      assert.equal(module!.output, "module\n");
      const text = BigInt(module!.text!);
      assert.ok(text >= ZONE[0] && text <= ZONE[1]);
    });

    test("others read it, and die of anything else; when it has ended it is gone", () => {
      const { document, console } = booted.get(machine)!;
      const [reader] = document.programs;
      assert.equal(reader!.output, "module\nI read it, and nothing else.\nIt has ended.\n", console);
      const { vector, access, region, reason } = reader!.fault!;
      assert.deepEqual([vector, access, region, reason], [14, "read", "module", "not-mapped"]);
    });

    test("who died died of what it did", () => {
      const { records } = booted.get(machine)!;
      const killed = records.filter(({ kind }) => kind === RecordKind.TASK_KILLED);
      const reasons = killed.map(({ value }) => Number((value >> 16n) & 0xffn));
      assert.deepEqual(reasons, [5, 6, 1, 1], "read-only, not executable, not mapped, not mapped");
    });

    test("all memory comes back", () => {
      const { result, console } = booted.get(machine)!;
      assert.equal(result.status, ExitStatus.PROGRAM_FAILED, console);
      assert.match(console, /1 of 2 programs ended well; all their frames are back/);
    });

    test("who reads on another processor meanwhile reads what was there, or dies", async () => {
      const wishes = { cpus: 2, trace: false, turnMilliseconds: 0 };
      const { document, console } = await bootPrograms(machine, [WATCHER!, RESIDENT!], wishes);
      const [watcher, module] = document.programs;
      assert.equal(module!.exit, 0, console);
      assert.ok(watcher!.fault, `it ended with ${watcher!.exit}`);
      const { region, reason } = watcher!.fault;
      assert.deepEqual([region, reason], ["module", "not-mapped"]);
    });
  });
}

test("both machines write the same trace", () => {
  const traces = MACHINE_NAMES.map((machine) => canonicalTraceOfCopies(booted.get(machine)!.records));
  assertEqualTraces(traces[1]!, traces[0]!, "+ on qemu, - on embedded");
});
