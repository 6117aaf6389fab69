import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MACHINE_NAMES } from "../../cli/values.ts";
import { FrameOwner } from "../../kernel/frames/owners.ts";
import { RecordKind } from "../../kernel/trace/records.ts";
import { bootPrograms, type Booted } from "../support/boot.ts";

/** Who is ended when memory has run out: who holds most of it, and not who happens to need a page then. */

const MIB = 2 ** 20;
const program = (name: string) => `tests/reclaim/programs/${name}.ts`;
const WRITER_SAYS = `sum ${(4096 * 4095) / 2}\n`;
const BYSTANDER_SAYS = `sum ${(1000 * 999 * 40) / 2}\n`;

function endsOf({ document }: Booted): unknown[] {
  return document.programs.map(({ exit, fault, output }) => [exit ?? fault?.["reason"], output]);
}

/** What is said of the keeper, who held all that the others did not. */
function checkKeeper(booted: Booted): void {
  const { document, console } = booted;
  const keeper = document.programs.find(({ name }) => name === "keeper")!;
  const writer = document.programs.find(({ name }) => name === "writer")!;
  const frames = Number(keeper.fault!["frames"]);
  assert.ok(frames > (50 * MIB) / 4096, console);
  assert.equal(keeper.fault!["wantedBy"], writer.task);
  const report = `task ${keeper.task} (keeper) killed: it held most memory, and none was left`;
  assert.ok(console.includes(`${report}\n  held     ${frames} frames`), console);
  assert.match(console, /all their frames are back, zeroed/);
}

/** The CPUs of the last fault before the keeper's end, and of that. */
function cpusOfEnd({ records }: Booted): [number, number] {
  const end = records.findIndex(({ kind }) => kind === RecordKind.TASK_KILLED);
  const fault = records.slice(0, end).findLast(({ kind }) => kind === RecordKind.FAULT)!;
  return [fault.cpu, records[end]!.cpu];
}

/** How many of its pages and tables were freed when the keeper ended. */
function framesFreed({ records }: Booted): number {
  const end = records.findIndex(({ kind }) => kind === RecordKind.TASK_KILLED);
  const rest = records.slice(end + 1);
  const mine = rest.slice(
    0,
    rest.findIndex(({ task }) => task !== records[end]!.task),
  );
  return mine
    .filter(({ kind, value }) => kind === RecordKind.FRAME_FREED && OF_TASKS.includes(Number(value)))
    .reduce((sum, { second }) => sum + 2 ** Number(second), 0);
}
const OF_TASKS: readonly number[] = [FrameOwner.USER, FrameOwner.PAGE_TABLE];

for (const machine of MACHINE_NAMES) {
  describe(`memory runs out, on ${machine}`, () => {
    for (const cpus of [1, 2]) {
      test(`who holds most is ended, and the others notice nothing, with ${cpus} CPU${cpus === 1 ? "" : "s"}`, async () => {
        const programs = ["bystander", "writer", "bystander", "keeper"].map(program);
        const booted = await bootPrograms(machine, programs, { memoryBytes: 96 * MIB, cpus, trace: false });
        const well = [0, BYSTANDER_SAYS];
        assert.deepEqual(endsOf(booted), [well, [0, WRITER_SAYS], well, ["held-most", ""]], booted.console);
        checkKeeper(booted);
        assert.equal(booted.result.status, 1);
      });
    }

    test("one that runs on another CPU is ended there", async () => {
      const programs = ["writer", "keeper"].map(program);
      // On a serial port so many records take a minute; and on QEMU one CPU may be so late that the other runs both.
      const trace = machine === "embedded";
      const booted = await bootPrograms(machine, programs, { memoryBytes: 96 * MIB, cpus: 2, trace });
      assert.deepEqual(
        endsOf(booted),
        [
          [0, WRITER_SAYS],
          ["held-most", ""],
        ],
        booted.console,
      );
      checkKeeper(booted);
      if (!trace) return;
      assert.notEqual(...cpusOfEnd(booted));
      assert.equal(Number(booted.document.programs[1]!.fault!["frames"]), framesFreed(booted));
    });
  });
}

describe("several programs want all memory, and CPUs take turns in other ways", () => {
  for (const seed of [1n, 2n, 3n, 4n, 5n, 6n]) {
    test(`one after the other is ended, and no other, with seed ${seed}`, async () => {
      const greedy = "tests/smp/programs/take-all.ts";
      const programs = [greedy, program("bystander"), greedy, greedy];
      const wishes = { memoryBytes: 64 * MIB, cpus: 3, turnMilliseconds: 1, trace: false, seed };
      const booted = await bootPrograms("embedded", programs, wishes);
      const [first, bystander, ...others] = endsOf(booted) as [unknown, string][];
      assert.deepEqual(bystander, [0, BYSTANDER_SAYS], booted.console);
      // The last one may learn of it by a call.
      for (const [end] of [first!, ...others])
        assert.ok(["held-most", "no-memory", 1].includes(end as string), booted.console);
      assert.match(booted.console, /all their frames are back, zeroed/);
    });
  }
});
