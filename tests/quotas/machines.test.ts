import assert from "node:assert/strict";
import { basename } from "node:path";
import { before, describe, test } from "node:test";
import { ExitStatus } from "../../cli/exit-status.ts";
import { loadMachine } from "../../cli/machines.ts";
import { MACHINE_NAMES, type MachineName } from "../../cli/values.ts";
import { withQuota, type Quota } from "../../tools/build/quota.ts";
import { bootPrograms, type Booted } from "../support/boot.ts";

/** Programs that use up what they may have, on both machines: what they say they check themselves, and what is left of them the kernel. */

const QUOTAS: Readonly<Record<string, Quota>> = {
  frames: { frames: 200 },
  tables: { tables: 80 },
  regions: { regions: 50 },
  handles: { handles: 10 },
  maker: { frames: 120 },
  taker: {},
  starter: { tables: 50 },
  ended: { tables: 100 },
  plain: {},
  limited: {},
};
const NAMES = Object.keys(QUOTAS);
const STARTED = NAMES.filter((name) => name !== "plain" && name !== "limited");

const booted = new Map<MachineName, Booted>();

async function bootLimited(machine: MachineName): Promise<Booted> {
  const usual = await loadMachine(machine);
  const buildProgram = async (source: string) => {
    const quota = QUOTAS[basename(source, ".ts")]!;
    const image = await usual.buildProgram(source);
    return Object.keys(quota).length === 0 ? image : withQuota(image, quota);
  };
  const sources = NAMES.map((name) => `tests/quotas/programs/${name}.ts`);
  return bootPrograms(machine, sources, {}, { ...usual, buildProgram });
}

before(async () => {
  for (const machine of MACHINE_NAMES) booted.set(machine, await bootLimited(machine));
});

const killed: readonly (readonly [name: string, reason: string, times: number])[] = [
  ["frames", "it has used up its quota of frames", 3],
  ["tables", "it has used up its quota of page tables", 2],
  ["taker", "whoever made this memory has used up its quota", 1],
];

for (const machine of MACHINE_NAMES) {
  describe(`on the ${machine} machine`, () => {
    for (const name of STARTED) {
      test(`${name}: calls answer, and faults end, as documented`, () => {
        const program = booted.get(machine)!.document.programs.find((one) => one.name === name)!;
        assert.equal(program.output, "", booted.get(machine)!.console);
        assert.equal(program.exit, 0);
      });
    }

    for (const [name, reason, times] of killed) {
      test(`copies of ${name} are killed, and the report says: ${reason}`, () => {
        const reports = booted
          .get(machine)!
          .console.match(new RegExp(`^task \\d+ \\(${name}\\) killed: ${reason}$`, "gm"));
        assert.equal(reports?.length, times);
      });
    }

    test("all memory comes back, and all counts", () => {
      const { result, console } = booted.get(machine)!;
      // The program that had no room counts as one that failed.
      assert.equal(result.status, ExitStatus.PROGRAM_FAILED, console);
      assert.match(console, /8 of 9 programs ended well; all their frames are back/);
    });
  });
}

test("a program that would have more than its quota as soon as it is loaded is refused, with what there is too much of", async () => {
  const usual = await loadMachine("embedded");
  for (const [quota, what] of [
    [{ frames: 20 }, "frames"],
    [{ tables: 1 }, "page tables"],
    [{ regions: 3 }, "regions"],
  ] as const) {
    const buildProgram = async (source: string) => withQuota(await usual.buildProgram(source), quota);
    const { console, result } = await bootPrograms(
      "embedded",
      ["user/programs/hello.ts"],
      {},
      { ...usual, buildProgram },
    );
    assert.match(
      console,
      new RegExp(`^program hello refused: its quota is too small for it to be loaded: of ${what}$`, "m"),
    );
    assert.equal(result.status, ExitStatus.PROGRAM_FAILED);
  }
});
