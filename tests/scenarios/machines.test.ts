import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ExitStatus } from "../../cli/exit-status.ts";
import { frameRuns, framesOf } from "../../cli/frames/runs.ts";
import { MACHINE_NAMES } from "../../cli/values.ts";
import { FrameOwner } from "../../kernel/frames/owners.ts";
import { CRASH_KINDS, HIDEABLE_FEATURES } from "../../machine/machine.ts";
import { bootPrograms, TEST_SEED, type Booted } from "../support/boot.ts";

const HELLO = "user/programs/hello.ts";
const KERNEL_ZONE_FIRST = "0xffff800000000000";

for (const machine of MACHINE_NAMES) {
  describe(`the ${machine} machine`, () => {
    for (const crash of CRASH_KINDS) {
      test(`panics readably when the kernel does ${crash}`, async () => {
        const { result, console, document } = await bootPrograms(machine, [HELLO], { crash });
        assert.equal(result.status, ExitStatus.PANIC, console);
        assert.match(console, /panic/i);
        assert.ok(document.panic, "the trace has no panic");
        assert.ok((document.panic["message"] as string).length > 0);
        assert.deepEqual(document.programs, [], "no program ran before the deliberate fault");
      });
    }

    test("boots without any of the optional protections, and says so", async () => {
      const booted = await bootPrograms(machine, [HELLO, "user/programs/execute-data.ts"], {
        without: HIDEABLE_FEATURES,
      });
      const { wanted, enabled } = booted.document.protections as { wanted: string[]; enabled: string[] };
      assert.deepEqual(wanted, ["wp"]);
      assert.deepEqual(enabled, ["wp"]);
      assert.match(booted.console, /NX +absent/);
      const [hello, executeData] = booted.document.programs;
      assert.equal(hello!.exit, 0);
      assert.equal(executeData!.exit, 1, "without NX the stored instruction runs");
    });

    test("says of every frame of RAM who has it", async () => {
      const { document, records } = await bootPrograms(machine, [HELLO], { frames: true, trace: false });
      const runs = frameRuns(records);
      const { free, reserved, inUse } = document.frames as Record<string, string>;
      assert.equal(
        framesOf(runs, () => true),
        Number(free) + Number(reserved) + Number(inUse),
      );
      assert.ok(framesOf(runs, ({ owner }) => owner === FrameOwner.USER) > 0);
      assert.equal(document.owners.length, runs.length);
    });

    test("puts everything at the first address without ASLR", async () => {
      const { document } = await bootPrograms(machine, [HELLO], { aslr: false, seed: undefined });
      assert.equal(document.status, ExitStatus.OK);
      assert.equal(document.random!["kernelBase"], KERNEL_ZONE_FIRST);
    });
  });
}

describe("a seed", () => {
  test("repeats a boot exactly on the embedded machine, ticks included", async () => {
    const [one, two] = [await bootPrograms("embedded", [HELLO]), await bootPrograms("embedded", [HELLO])];
    assert.deepEqual(one.records, two.records);
    assert.equal(one.console, two.console);
  });

  test("that differs gives other addresses", async () => {
    const other = await bootPrograms("embedded", [HELLO], { seed: TEST_SEED + 1n });
    const same = await bootPrograms("embedded", [HELLO]);
    assert.notEqual(placesOf(other), placesOf(same));
  });

  test("left out gives other addresses each time", async () => {
    const boots = [await noSeed(), await noSeed(), await noSeed()];
    assert.equal(new Set(boots.map(placesOf)).size, boots.length);
  });
});

function noSeed(): Promise<Booted> {
  return bootPrograms("embedded", [HELLO], { seed: undefined });
}

function placesOf({ document }: Booted): string {
  const { kernelBase, directMapBase } = document.random!;
  return JSON.stringify([kernelBase, directMapBase, document.programs.map(({ text, stackTop }) => [text, stackTop])]);
}
