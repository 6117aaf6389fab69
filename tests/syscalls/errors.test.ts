import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { MACHINE_NAMES, type MachineName } from "../../cli/values.ts";
import type { Booted } from "../support/boot.ts";
import { documentedCalls } from "../support/syscalls-page.ts";
import { bootAll } from "./boots.ts";

/** Every error of every call, under every condition that docs/SYSCALLS.md has for it: programs provoke them, and say so in the page's words. */

const booted = new Map<MachineName, readonly Booted[]>();

const documented = documentedCalls().flatMap(({ name, refusals }) =>
  refusals.map(({ error, when }) => `${name} ${error}: ${when}`),
);

before(async () => {
  for (const machine of MACHINE_NAMES) booted.set(machine, await bootAll(machine));
});

for (const machine of MACHINE_NAMES) {
  describe(`on the ${machine} machine`, () => {
    test("every documented error is provoked", () => {
      const shown = new Set(linesOf(machine));
      assert.deepEqual(
        documented.filter((line) => !shown.has(line)),
        [],
      );
    });

    test("no other is, and a refusal changes nothing", () => {
      assert.deepEqual(
        linesOf(machine).filter((line) => !documented.includes(line)),
        [],
      );
    });

    test("all programs end well but those that are refused, and all memory comes back", () => {
      for (const { document, console } of booted.get(machine)!) {
        const others = document.programs.filter(({ exit, refused }) => exit !== 0 && refused === null);
        assert.deepEqual(others, [], console);
        assert.match(console, /all their frames are back, zeroed/);
      }
    });
  });
}

test("both machines say the same", () => {
  assert.deepEqual(linesOf("qemu").sort(), linesOf("embedded").sort());
});

/** What all programs and their copies have said, without their numbers and names. */
function linesOf(machine: MachineName): string[] {
  const text = booted.get(machine)!.map(({ console }) => console);
  return [...text.join("\n").matchAll(/^\d+ [\w-]+ \| (.*)$/gm)].map(([, line]) => line!);
}
