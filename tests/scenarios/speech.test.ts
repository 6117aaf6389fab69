import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ExitStatus } from "../../cli/exit-status.ts";
import { MACHINE_NAMES } from "../../cli/values.ts";
import { bootPrograms } from "../support/boot.ts";

/** What of a program's words comes to the console, and how. */

const OWN = "tests/scenarios/programs";
const WORDS = `${OWN}/word-by-word.ts`;

/** What a console shows of programs, without their numbers. */
function shown(console: string): string[] {
  return console.split("\n").flatMap((line) => /^\d+ [\w-]+ \| (.*)$/.exec(line)?.slice(1) ?? []);
}

for (const machine of MACHINE_NAMES) {
  describe(`on the ${machine} machine`, () => {
    test("neither control characters nor what is no UTF-8 reach the console", async () => {
      const { console } = await bootPrograms(machine, [`${OWN}/odd-bytes.ts`]);
      assert.deepEqual(shown(console), ["é — 😀", "?[2J", "?2J", "?2J", "??2J", "???????????\t"]);
    });

    test("lines of programs on several CPUs do not mix", async () => {
      const sources = [WORDS, WORDS, WORDS, "user/programs/hello.ts"];
      const { result, console } = await bootPrograms(machine, sources, { cpus: 4 });
      assert.equal(result.status, ExitStatus.OK, console);
      const lines = shown(console).filter((line) => !/Hello|^my |^I wrote/.test(line));
      const wanted = [
        ...Array.from({ length: 10 }, (_, line) => `each line ${line} is whole`),
        "and this one has no end",
      ];
      assert.deepEqual(lines.sort(), [...wanted, ...wanted, ...wanted].sort());
    });

    test("programs are what is counted; a copy counts when nobody waited for it and it ended badly", async () => {
      const sources = [
        "tests/forks/programs/lost-copies.ts",
        "user/programs/hello.ts",
        "tests/forks/programs/killed.ts",
      ];
      const { result, console } = await bootPrograms(machine, sources);
      assert.equal(result.status, ExitStatus.PROGRAM_FAILED, console);
      assert.match(
        console,
        /^3 of 3 programs ended well, 1 copy that nobody waited for did not; all their frames are back/m,
      );
    });
  });
}
