import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MACHINE_NAMES } from "../../cli/values.ts";
import { RecordKind } from "../../kernel/trace/records.ts";
import { bootPrograms, type Booted } from "../support/boot.ts";

/** Machines whose memory runs out: tables that can be made again go, and nobody reads anything else than before. */

const MIB = 2 ** 20;
/** What a page table covers, and the text and constants of a small program. */
const LARGE = 2n ** 21n;
const TEXT_BYTES = 2n ** 17n;
const program = (name: string) => `tests/reclaim/programs/${name}.ts`;
const sum = ({ document }: Booted, name: string) => document.cpus.reduce((all, cpu) => all + (cpu[name] as number), 0);
const reclaimed = (booted: Booted) => sum(booted, "tablesReclaimed");
const ends = ({ document }: Booted) => document.programs.map(({ exit, fault }) => exit ?? fault?.reason);
const outputs = ({ document }: Booted) => document.programs.map(({ output }) => output);

for (const machine of MACHINE_NAMES) {
  // On a serial port so many records take a minute.
  const trace = machine === "embedded";
  describe(`short of memory, on ${machine}`, () => {
    test("a task gets its own tables back, and reads more than there is room for tables of", async (t) => {
      const wishes = { memoryBytes: 96 * MIB, trace: false, frames: true };
      const booted = await bootPrograms(machine, [program("sparse-reads")], wishes);
      assert.deepEqual(
        [ends(booted), outputs(booted)],
        [[0], ["sum 0, beside it 12345\n"]],
        booted.console.slice(-2500),
      );
      t.diagnostic(`${reclaimed(booted)} tables reclaimed`);
      // The first time alone needs 32,768.
      assert.ok(reclaimed(booted) > 32768 - (96 * MIB) / 4096);
    });

    test("who takes all is ended for it; the tables of others go first, who notice nothing", async (t) => {
      const wishes = { memoryBytes: 96 * MIB, trace, frames: true };
      const booted = await bootPrograms(machine, [program("citizen"), program("hog")], wishes);
      assert.deepEqual(ends(booted), [0, "no-memory"], booted.console);
      assert.deepEqual(outputs(booted), ["wrong 0\n", "no memory\n"]);
      const records = booted.records.filter(({ kind }) => kind === RecordKind.RECLAIMED);
      t.diagnostic(`${reclaimed(booted)} tables reclaimed`);
      if (trace) assert.equal(records.length, reclaimed(booted));
      assert.ok(reclaimed(booted) > 1000);
    });

    test("memory objects are whoever's who maps them, though the handles are closed", async () => {
      const wishes = { memoryBytes: 64 * MIB, trace: false };
      const booted = await bootPrograms(machine, [program("closed-objects")], wishes);
      assert.deepEqual([ends(booted), outputs(booted)], [[0], ["my copy was ended\n"]], booted.console);
    });

    test("a program's text goes and comes back; who writes its own has a copy; none of it takes frames", async (t) => {
      // Where text lies alone below a table: data begins above a multiple of 2 MiB.
      const wishes = { memoryBytes: 96 * MIB, trace, frames: true, seed: 5n };
      const booted = await bootPrograms(machine, [program("own-file"), program("tide"), program("own-file")], wishes);
      assert.deepEqual(ends(booted), [0, 0, 0], booted.console);
      assert.deepEqual(outputs(booted), ["wrong 0\n", "", "wrong 0\n"]);
      const text = BigInt(booted.document.programs[0]!.text as string);
      assert.ok(text % LARGE >= LARGE - TEXT_BYTES, "another seed is needed");
      const gone = booted.records.filter(
        ({ kind, first }) => kind === RecordKind.RECLAIMED && first / LARGE === text / LARGE,
      );
      t.diagnostic(`the text's table went ${gone.length} times`);
      if (trace) assert.ok(gone.length > 0);
    });

    test("with two CPUs, the one whose task loses tables is asked to forget them", async (t) => {
      const wishes = { memoryBytes: 96 * MIB, cpus: 2, trace, frames: true };
      const booted = await bootPrograms(machine, [program("citizen"), program("tide")], wishes);
      assert.deepEqual(ends(booted), [0, 0], booted.console);
      assert.deepEqual(outputs(booted), ["wrong 0\n", ""]);
      const sent = sum(booted, "flushesSent");
      t.diagnostic(`${reclaimed(booted)} tables reclaimed, ${sent} shootdowns`);
      // On QEMU that depends on how its CPUs keep pace.
      if (machine === "embedded") assert.ok(reclaimed(booted) > 0 && sent > 0);
      assert.equal(sum(booted, "flushesServed"), sent);
      const shootdowns = booted.records.filter(({ kind }) => kind === RecordKind.SHOOTDOWN);
      if (trace) assert.equal(shootdowns.length, sent);
    });
  });
}
