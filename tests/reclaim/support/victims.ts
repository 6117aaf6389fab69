import assert from "node:assert/strict";
import { FrameOwner } from "../../../kernel/frames/owners.ts";
import { RecordKind } from "../../../kernel/trace/records.ts";
import type { Booted, Wishes } from "../../support/boot.ts";

/** Programs for which memory runs out, and who of them ends then: who holds most of it, and not who happens to need a page. */
export interface Shortage {
  readonly what: string;
  readonly sources: readonly string[];
  readonly wishes: Wishes;
  /** Throws if it was otherwise. */
  readonly check: (booted: Booted) => void;
}

const MIB = 2 ** 20;
const program = (name: string) => `tests/reclaim/programs/${name}.ts`;
const WRITER_WELL = [0, `sum ${(4096 * 4095) / 2}\n`];
const BYSTANDER_WELL = [0, `sum ${(1000 * 999 * 40) / 2}\n`];

/** How each program ended, and what it had said. */
function endsOf({ document }: Booted): [unknown, string][] {
  return document.programs.map(({ exit, fault, output }) => [exit ?? fault?.["reason"], output as string]);
}

/** The keeper holds all that the others do not, and nobody else ends. */
export function amongOthers(cpus: number): Shortage {
  return {
    what: `who holds most is ended, and the others notice nothing, with ${cpus} CPU${cpus === 1 ? "" : "s"}`,
    sources: ["bystander", "writer", "bystander", "keeper"].map(program),
    wishes: { memoryBytes: 96 * MIB, cpus, trace: false },
    check: (booted) => {
      const ends = [BYSTANDER_WELL, WRITER_WELL, BYSTANDER_WELL, ["held-most", ""]];
      assert.deepEqual(endsOf(booted), ends, booted.console);
      checkKeeper(booted);
      assert.equal(booted.result.status, 1);
    },
  };
}

/** The trace says where, and what came back. */
export function elsewhere(trace: boolean): Shortage {
  return {
    what: "one that runs on another CPU is ended there",
    sources: ["keeper", "writer"].map(program),
    wishes: { memoryBytes: 96 * MIB, cpus: 2, trace },
    check: (booted) => {
      assert.deepEqual(endsOf(booted), [["held-most", ""], WRITER_WELL], booted.console);
      checkKeeper(booted);
      if (!trace) return;
      assert.notEqual(...cpusOfEnd(booted));
      assert.equal(Number(booted.document.programs[0]!.fault!["frames"]), framesFreed(booted));
    },
  };
}

/** Three CPUs' turns, in ways that the seed draws. */
export function severalWantAll(seed: bigint): Shortage {
  const greedy = "tests/smp/programs/take-all.ts";
  return {
    what: `one after the other is ended, and no other, with seed ${seed}`,
    sources: [greedy, program("bystander"), greedy, greedy],
    wishes: { memoryBytes: 64 * MIB, cpus: 3, turnMilliseconds: 1, trace: false, seed },
    check: (booted) => {
      const [first, bystander, ...others] = endsOf(booted);
      assert.deepEqual(bystander, BYSTANDER_WELL, booted.console);
      // The last one may learn of it by a call.
      for (const [end] of [first!, ...others])
        assert.ok(["held-most", "no-memory", 1].includes(end as string), booted.console);
      assert.match(booted.console, /all their frames are back, zeroed/);
    },
  };
}

/** What is said of the keeper. */
function checkKeeper({ document, console }: Booted): void {
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
