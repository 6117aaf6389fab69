import assert from "node:assert/strict";
import { basename } from "node:path";
import { before, describe, test } from "node:test";
import { textBytes } from "../../cli/records/decode.ts";
import { ExitStatus } from "../../cli/exit-status.ts";
import { MACHINE_NAMES, type MachineName } from "../../cli/values.ts";
import { RecordKind } from "../../kernel/trace/records.ts";
import { bootPrograms, type Booted } from "../support/boot.ts";
import { canonicalTraceOfCopies } from "../support/canonical-trace.ts";
import { assertEqualTraces } from "../support/equal-traces.ts";

/** Programs that make copies of themselves, and what all the tasks of each print: in any order, which the last test compares. */
interface ForkingProgram {
  /** From the project's root, without ".ts". */
  readonly source: string;
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

const OWN = "tests/forks/programs";

/** What each of the two tasks of tests/forks/programs/seals.ts says of what is sealed. */
const SEALED = [
  "it is not unmapped",
  "nor with all around it",
  "nor from its end on",
  "nor protected",
  "nor with others",
  "nor replaced",
  "nor in part",
  "nor with pages at once",
  "what is in it is there",
  "and can be written",
  "what is beside it can be protected",
  "and back",
];

const forking: readonly ForkingProgram[] = [
  {
    source: `${OWN}/tree`,
    tasks: 15,
    lines: [...Array.from({ length: 15 }, (_, index) => `at ${index + 1}`), "tasks: 15"],
  },
  {
    source: `${OWN}/recursion`,
    tasks: 2,
    lines: [
      ...[1n, 2n].map((leaf) => `came back with ${comeBack(100n, 7n, leaf)}`),
      "no child was waited for",
      "a child was waited for",
    ],
  },
  {
    source: `${OWN}/isolation`,
    tasks: 2,
    lines: ["parent", "child"].map((who) => `${who}: 0 of what it wrote was changed`),
  },
  {
    source: `${OWN}/seals`,
    tasks: 2,
    lines: [
      ...["two pages are sealed", "and again", "the copy finds the same", "and nothing wrong"],
      ...[
        "no length",
        "a length that rounds up to 0",
        "not a page's first byte",
        "page 0",
        "the kernel",
        "a flag",
        "more than is mapped",
        "what is not mapped",
        "after which nothing is sealed",
      ],
      ...[...SEALED, ...SEALED],
      ...["what is above it goes", "and comes", "and goes again"],
      ...[
        "the guard above the heap is sealed",
        "the heap does not grow",
        "nor shrink",
        "its last page is sealed",
        "its first piece ends below that",
        "and has no room",
        "all of it is sealed",
        "nothing moves its end",
      ],
    ],
  },
  { source: `${OWN}/beside-the-buffer`, tasks: 2, lines: ["a copy found 77"] },
  { source: `${OWN}/orphans`, tasks: 4, lines: ["generation 3 has 43"] },
  { source: `${OWN}/many`, tasks: 81, lines: ["their statuses are 3160 together, and there are no more"] },
  {
    source: `${OWN}/killed`,
    tasks: 6,
    lines: ["killed by 14", "killed by 14", "killed by 0", "killed by 14", "exited with -7"],
  },
  {
    source: "user/programs/fork-tree",
    tasks: 7,
    lines: [
      "I write 1 at v0x… and fork: a copy shares my pages until one of us writes.",
      ...["  found 1 there, wrote 2", "    found 2 there, wrote 4", "    found 2 there, wrote 5"],
      ...["  found 1 there, wrote 3", "    found 3 there, wrote 6", "    found 3 there, wrote 7"],
      ...["  my copies wrote, and I still read 2", "  my copies wrote, and I still read 3"],
      "my copies wrote, and I still read 1",
    ],
  },
];

const booted = new Map<MachineName, Booted>();

before(async () => {
  const sources = forking.map(({ source }) => `${source}.ts`);
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
      assert.match(console, new RegExp(`^${forking.length} of ${forking.length} programs ended well; `, "m"));
    });

    for (const { source, lines, tasks } of forking) {
      test(`${source} becomes ${tasks} tasks, which say what they should`, () => {
        const family = familyOf(booted.get(machine)!, basename(source));
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
  return Buffer.concat(output.map(textBytes))
    .toString("utf8")
    .replace(/v0x[\da-f]+/g, "v0x…")
    .split("\n")
    .slice(0, -1);
}

describe("both machines", () => {
  test("write the same trace of it", () => {
    const traces = MACHINE_NAMES.map((machine) => canonicalTraceOfCopies(booted.get(machine)!.records));
    const copied = traces[0]!.filter((line) => line.includes(" copied "));
    assert.ok(copied.length > 40, `only ${copied.length} pages were copied: is the trace on?`);
    assertEqualTraces(traces[1]!, traces[0]!, "+ on qemu, - on embedded");
  });
});
