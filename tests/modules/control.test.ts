import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { ExitStatus } from "../../cli/exit-status.ts";
import { MACHINE_NAMES, type MachineName } from "../../cli/values.ts";
import { bootPrograms, type Booted } from "../support/boot.ts";
import { canonicalTraceOfCopies } from "../support/canonical-trace.ts";
import { assertEqualTraces } from "../support/equal-traces.ts";

/** Modules that are started, replaced and ended by another, on both machines. */
const SOURCES = ["plain", "service-1", "service-2", "manager"].map((name) => `tests/modules/programs/${name}.ts`);
const booted = new Map<MachineName, Booted>();

before(async () => {
  for (const machine of MACHINE_NAMES) booted.set(machine, await bootPrograms(machine, SOURCES));
});

for (const machine of MACHINE_NAMES) {
  describe(`on the ${machine} machine`, () => {
    test("one version takes the other's place, and all calls answer as documented", () => {
      const { document, console } = booted.get(machine)!;
      const manager = document.programs.find(({ name }) => name === "manager")!;
      assert.equal(manager.output, "replaced, unloaded and loaded again\n", console);
      assert.equal(manager.exit, 0);
    });

    test("what is on demand does not start by itself", () => {
      const names = booted.get(machine)!.document.programs.map(({ name }) => name);
      assert.deepEqual(names, ["plain", "service-1", "manager", "service-2", "service-1", "plain", "plain"]);
    });

    test("all memory comes back", () => {
      const { result, console } = booted.get(machine)!;
      assert.equal(result.status, ExitStatus.OK, console);
      assert.match(console, /3 of 3 programs ended well; all their frames are back/);
    });
  });
}

test("both machines write the same trace", () => {
  const traces = MACHINE_NAMES.map((machine) => canonicalTraceOfCopies(booted.get(machine)!.records));
  assertEqualTraces(traces[1]!, traces[0]!, "+ on qemu, - on embedded");
});

test("a second of the same name and version is refused when both are booted, and the newer one stays", async () => {
  const twice = ["service-1", "service-1", "plain"].map((name) => `tests/modules/programs/${name}.ts`);
  const { document, console, result } = await bootPrograms("embedded", twice);
  assert.match(console, /program service-1 refused: a module of that name runs, and is not older/);
  assert.equal(result.status, ExitStatus.PROGRAM_FAILED);
  assert.equal(document.programs.length, 3);
});
