import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { ExitStatus } from "../../cli/exit-status.ts";
import { MACHINE_NAMES, type MachineName } from "../../cli/values.ts";
import { bootPrograms, type Booted } from "../support/boot.ts";
import { canonicalTraceOfCopies } from "../support/canonical-trace.ts";
import { assertEqualTraces } from "../support/equal-traces.ts";

/** Ports, messages, handles and memory that is shared by them. Each family of programs boots alone: those that wait for all others would wait for these. */
const OWN = "tests/ipc/programs";
const SUMS = [`${OWN}/asker.ts`, `${OWN}/adder.ts`, `${OWN}/asker.ts`];

const PAGES = [`${OWN}/pager.ts`, `${OWN}/pager-client.ts`];

interface Family {
  readonly what: string;
  readonly sources: readonly string[];
  /** All that the programs say, in any order. */
  readonly lines: readonly string[];
}

const families: readonly Family[] = [
  {
    what: "a server that starts after one client and before the other",
    sources: SUMS,
    lines: ["every sum was right", "every sum was right", "nobody is left"],
  },
  {
    what: "memory that is lent and taken back",
    sources: [`${OWN}/producer.ts`],
    lines: ["what I was lent has gone; I read it once more", "lent, taken back, and still mine"],
  },
  {
    what: "pages that a server has",
    sources: PAGES,
    lines: [
      ...["page 5 is 5 now", "page 6 is 6 now", "page 6 is 66 now"],
      ...["page 7 is 7 now", "page 8 is 8 now", "page 32 is 3 now"],
      ...["requests for pages: 3", "all was as it should be"],
    ],
  },
  {
    what: "servers that do not supply what is missed",
    sources: [`${OWN}/bad-pagers.ts`],
    lines: ["nobody got what was not there, and nobody waits"],
  },
  {
    what: "every documented error",
    sources: [`${OWN}/refusals.ts`],
    lines: ["all was refused as documented"],
  },
];

/** What a console shows of programs, without their numbers. */
function shown(console: string): string[] {
  return console.split("\n").flatMap((line) => /^\d+ [\w-]+ \| (.*)$/.exec(line)?.slice(1) ?? []);
}

function holds({ lines }: Family, { result, console }: Booted): void {
  assert.equal(result.status, ExitStatus.OK, console);
  assert.deepEqual(shown(console).sort(), [...lines].sort(), console);
}

for (const family of families) {
  describe(family.what, () => {
    const booted = new Map<MachineName, Booted>();
    before(async () => {
      for (const machine of MACHINE_NAMES) booted.set(machine, await bootPrograms(machine, family.sources));
    });

    for (const machine of MACHINE_NAMES)
      test(`is as it should be on ${machine}`, () => holds(family, booted.get(machine)!));

    test("has the same trace on both machines", () => {
      const traces = MACHINE_NAMES.map((machine) => canonicalTraceOfCopies(booted.get(machine)!.records));
      assert.ok(traces[0]!.length > 100, "is the trace on?");
      assertEqualTraces(traces[1]!, traces[0]!, "+ on qemu, - on embedded");
    });
  });
}

for (const machine of MACHINE_NAMES) {
  for (const cpus of [2, 4]) {
    test(`with ${cpus} CPUs the sums are right on ${machine}`, async () => {
      holds(families[0]!, await bootPrograms(machine, SUMS, { cpus, trace: false }));
    });

    test(`with ${cpus} CPUs servers that do not supply what is missed keep nobody waiting on ${machine}`, async () => {
      const { result, console } = await bootPrograms(machine, [`${OWN}/bad-pagers.ts`], { cpus, trace: false });
      assert.equal(result.status, ExitStatus.OK, console);
    });
  }
}

test("with turns, whoever has the CPU in between, the sums are right", async () => {
  holds(families[0]!, await bootPrograms("embedded", SUMS, { turnMilliseconds: 1 }));
});
