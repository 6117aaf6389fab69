import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { ExitStatus } from "../../cli/exit-status.ts";
import { MACHINE_NAMES, type MachineName } from "../../cli/values.ts";
import { bootPrograms, type Booted } from "../support/boot.ts";

/** Modules and what they may do, on both machines. Devices count time: what they say is compared, traces are not. */
const OWN = "tests/modules/programs";
const programs: readonly (readonly [source: string, ...lines: string[]])[] = [
  [
    "user/programs/driver.ts",
    "The timer is mine to read; it counts every 10 ns.",
    "It has counted while I looked.",
    "I may not have to write to it.",
    "I may not have the page behind it.",
    "I may not have the page of memory at 1 MiB.",
    "Four pages in a row are mine. I wrote 42 where a device would find it.",
  ],
  [`${OWN}/refusals.ts`, "all was refused as documented"],
  [`${OWN}/no-module.ts`, "nothing is granted"],
];

const booted = new Map<MachineName, Booted>();

before(async () => {
  const sources = programs.map(([source]) => source);
  for (const machine of MACHINE_NAMES) booted.set(machine, await bootPrograms(machine, sources, { trace: false }));
});

for (const machine of MACHINE_NAMES) {
  describe(`on the ${machine} machine`, () => {
    for (const [index, [source, ...lines]] of programs.entries()) {
      test(`${source} says what it should`, () => {
        const { output, exit } = booted.get(machine)!.document.programs[index]!;
        assert.equal(output, lines.map((line) => `${line}\n`).join(""));
        assert.equal(exit, 0);
      });
    }

    test("all memory comes back", () => {
      const { result, console } = booted.get(machine)!;
      assert.equal(result.status, ExitStatus.OK, console);
      assert.match(console, /all their frames are back/);
    });
  });
}
