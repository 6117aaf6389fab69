import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MACHINE_NAMES } from "../../cli/values.ts";
import { bootPrograms } from "../support/boot.ts";

/** Programs that end well, that are killed and that take turns, with a kernel that watches its own objects: they end as with the usual one. */
const SOURCES = [
  "user/programs/hello.ts",
  "user/programs/null-read.ts",
  "tests/scenarios/programs/take-turns.ts",
  "tests/scenarios/programs/take-turns.ts",
];

for (const machine of MACHINE_NAMES) {
  describe(`a debug build of the heap, ${machine} machine`, () => {
    test("finds no damage, and every object is back", async () => {
      const usual = await bootPrograms(machine, SOURCES, { aslr: false });
      const watched = await bootPrograms(machine, SOURCES, { aslr: false, kernelBuild: "debug-heap" });
      assert.equal(watched.result.status, 1, watched.console);
      assert.match(watched.console, /3 of 4 programs ended well; all their frames are back/);
      assert.deepEqual(watched.document.programs, usual.document.programs);
    });
  });
}
