import assert from "node:assert/strict";
import { basename } from "node:path";
import { before, describe, test } from "node:test";
import type { ProgramReport } from "../../cli/records/document.ts";
import { ExitStatus } from "../../cli/exit-status.ts";
import { MACHINE_NAMES, type MachineName } from "../../cli/values.ts";
import { bootPrograms, type Booted } from "../support/boot.ts";
import { canonicalTrace } from "../support/canonical-trace.ts";
import { assertEqualTraces } from "../support/equal-traces.ts";
import { NEVER_SAID, scenarios } from "./table.ts";

/** Every scenario, in one boot of each machine: programs that fail must not disturb those that do not. */
const booted = new Map<MachineName, Booted>();

before(async () => {
  const sources = scenarios.map(({ source }) => source);
  for (const machine of MACHINE_NAMES) booted.set(machine, await bootPrograms(machine, sources));
});

for (const machine of MACHINE_NAMES) {
  describe(`on the ${machine} machine`, () => {
    test("every program was started, and the run reports that some failed", () => {
      const { result, document, console } = booted.get(machine)!;
      assert.equal(result.status, ExitStatus.PROGRAM_FAILED, console);
      assert.deepEqual(
        document.programs.map(({ name }) => name),
        scenarios.map(({ source }) => basename(source, ".ts")),
      );
    });

    for (const [index, scenario] of scenarios.entries()) {
      test(`${scenario.source} (task ${index + 1})`, () => {
        const report = booted.get(machine)!.document.programs[index]!;
        assert.equal(report.exit, scenario.exit);
        checkFault(report, scenario.fault);
        for (const text of scenario.says) assert.ok(report.output.includes(text), report.output);
        assert.ok(!report.output.includes(NEVER_SAID), report.output);
      });
    }
  });
}

function checkFault(report: ProgramReport, wanted: (typeof scenarios)[number]["fault"]): void {
  if (wanted === null) return assert.equal(report.fault, null);
  assert.ok(report.fault, "it was not killed");
  const found = Object.fromEntries(Object.keys(wanted).map((field) => [field, report.fault![field]]));
  assert.deepEqual(found, wanted);
}

describe("both machines", () => {
  test("give every program the same output", () => {
    const outputs = (machine: MachineName) => booted.get(machine)!.document.programs.map(({ output }) => output);
    assert.deepEqual(outputs("qemu"), outputs("embedded"));
  });

  test("print the same text, from the first program's start on", () => {
    assert.equal(programText(booted.get("qemu")!), programText(booted.get("embedded")!));
  });

  test("write the same trace", () => {
    const traces = MACHINE_NAMES.map((machine) => canonicalTrace(booted.get(machine)!.records));
    assert.ok(traces[0]!.length > scenarios.length * 20, `only ${traces[0]!.length} records: is the trace on?`);
    assertEqualTraces(traces[1]!, traces[0]!, "+ on qemu, - on embedded");
  });
});

/**
 * The console from where programs begin, without what may differ: the frames that the kernel itself has in use, and how deep into
 * the guard page a stack overflow struck.
 */
function programText({ console }: Booted): string {
  const start = console.search(/^1 hello \| /m);
  assert.ok(start >= 0, console);
  return console
    .slice(start)
    .replace(/(v0x[\da-f]{13})[\da-f]{3}(?=, the guard page)/g, "$1...")
    .replace(/\d+ in use, as before they were loaded/, "… in use, as before they were loaded");
}
