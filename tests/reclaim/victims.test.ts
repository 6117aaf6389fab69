import { describe, test } from "node:test";
import { MACHINE_NAMES, type MachineName } from "../../cli/values.ts";
import { bootPrograms } from "../support/boot.ts";
import { amongOthers, elsewhere, severalWantAll, type Shortage } from "./support/victims.ts";

/** Who is ended when memory has run out. */

function tryOn(machine: MachineName, { what, sources, wishes, check }: Shortage): void {
  test(what, async () => check(await bootPrograms(machine, sources, wishes)));
}

for (const machine of MACHINE_NAMES) {
  describe(`memory runs out, on ${machine}`, () => {
    for (const cpus of [1, 2]) tryOn(machine, amongOthers(cpus));
    // On a serial port so many records take a minute; and on QEMU one CPU may be so late that the other runs both.
    tryOn(machine, elsewhere(machine === "embedded"));
  });
}

describe("several programs want all memory, and CPUs take turns in other ways", () => {
  for (const seed of [1n, 2n, 3n, 4n, 5n, 6n]) tryOn("embedded", severalWantAll(seed));
});
