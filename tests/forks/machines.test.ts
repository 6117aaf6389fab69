import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { textBytes } from "../../cli/records/decode.ts";
import { ExitStatus } from "../../cli/exit-status.ts";
import { MACHINE_NAMES, type MachineName } from "../../cli/values.ts";
import { RecordKind } from "../../kernel/trace/records.ts";
import { bootPrograms, type Booted } from "../support/boot.ts";
import { canonicalTraceOfCopies } from "../support/canonical-trace.ts";

/** Programs that make copies of themselves, and what all the tasks of each print: in any order, which the last test compares. */
interface ForkingProgram {
  readonly name: string;
  readonly lines: readonly string[];
  /** How many tasks it becomes, itself included. */
  readonly tasks: number;
}

/** tests/forks/programs/recursion.ts */
function comeBack(depth: bigint, seed: bigint, leaf: bigint): bigint {
  if (depth === 0n) return leaf;
  const mine = BigInt.asIntN(64, seed * 31n + depth);
  return BigInt.asIntN(64, comeBack(depth - 1n, mine, leaf) * 3n + (mine & 0xffffn));
}

const forking: readonly ForkingProgram[] = [
  { name: "tree", tasks: 15, lines: [...Array.from({ length: 15 }, (_, index) => `at ${index + 1}`), "tasks: 15"] },
  {
    name: "recursion",
    tasks: 2,
    lines: [
      ...[1n, 2n].map((leaf) => `came back with ${comeBack(100n, 7n, leaf)}`),
      "no child was waited for",
      "a child was waited for",
    ],
  },
  {
    name: "isolation",
    tasks: 2,
    lines: ["parent", "child"].map((who) => `${who}: 0 of what it wrote was changed`),
  },
  { name: "orphans", tasks: 4, lines: ["generation 3 has 43"] },
  { name: "many", tasks: 81, lines: ["their statuses are 3160 together, and there are no more"] },
  {
    name: "killed",
    tasks: 6,
    lines: ["killed by 14", "killed by 14", "killed by 0", "killed by 14", "exited with -7"],
  },
];

const booted = new Map<MachineName, Booted>();

before(async () => {
  const sources = forking.map(({ name }) => `tests/forks/programs/${name}.ts`);
  for (const machine of MACHINE_NAMES) booted.set(machine, await bootPrograms(machine, sources));
});

for (const machine of MACHINE_NAMES) {
  describe(`on the ${machine} machine`, () => {
    test("every program ends well, whatever became of its copies", () => {
      const { result, document, console } = booted.get(machine)!;
      assert.equal(result.status, ExitStatus.OK, console);
      assert.deepEqual(
        document.programs.map(({ exit }) => exit),
        forking.map(() => 0),
      );
    });

    for (const { name, lines, tasks } of forking) {
      test(`${name} becomes ${tasks} tasks, which say what they should`, () => {
        const family = familyOf(booted.get(machine)!, name);
        assert.equal(family.length, tasks);
        const said = family.flatMap((task) => linesOf(booted.get(machine)!, task));
        assert.deepEqual(said.sort(), [...lines].sort());
      });
    }
  });
}

/** A program's task and all copies of it, copies of copies included. */
function familyOf({ document, records }: Booted, name: string): number[] {
  const family = [document.programs.find((program) => program.name === name)!.task];
  for (const { kind, task, first } of records)
    if (kind === RecordKind.TASK_FORKED && family.includes(Number(first))) family.push(task);
  return family;
}

function linesOf({ records }: Booted, task: number): string[] {
  const output = records.filter((record) => record.kind === RecordKind.OUTPUT && record.task === task);
  return Buffer.concat(output.map(textBytes)).toString("utf8").split("\n").slice(0, -1);
}

describe("both machines", () => {
  test("write the same trace of it", () => {
    const traces = MACHINE_NAMES.map((machine) => canonicalTraceOfCopies(booted.get(machine)!.records));
    const copied = traces[0]!.filter((line) => line.includes(" copied "));
    assert.ok(copied.length > 40, `only ${copied.length} pages were copied: is the trace on?`);
    assert.deepEqual(traces[1], traces[0]);
  });
});
