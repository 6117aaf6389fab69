import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { mapsReport } from "../../cli/maps/report.ts";
import { tasksMemory, type TaskMemory } from "../../cli/maps/tasks.ts";
import { loadMachine, type Machine } from "../../cli/machines.ts";
import { MACHINE_NAMES, type MachineName } from "../../cli/values.ts";
import { RegionKind } from "../../kernel/spaces/kinds.ts";
import { withQuota } from "../../tools/build/quota.ts";
import { type Booted, bootPrograms } from "../support/boot.ts";
import { findMistakes } from "../support/mutant-kernel.ts";

/** What tasks have of memory when they end, as the kernel counts it, and as Linux would print it. */

const PROGRAM = "tests/maps/programs/holdings.ts";
const KIB = 1024;
const NONE = {
  SHARED_CLEAN: 0,
  SHARED_DIRTY: 0,
  PRIVATE_CLEAN: 0,
  PRIVATE_DIRTY: 0,
  REFERENCED: 0,
  LARGE: 0,
  PROPORTIONAL: 0,
};
/** Written, then read; the page of zeros is nobody's. */
const OF_OBJECT = { ...NONE, SHARED_CLEAN: 4 * KIB, SHARED_DIRTY: 4 * KIB, REFERENCED: 8 * KIB };
const MIB = KIB * KIB;

/** Of mappings that the program asked for, by kind, in no order. */
function mapped({ regions }: TaskMemory): unknown[] {
  const kinds: readonly number[] = [RegionKind.ANONYMOUS, RegionKind.SHARED];
  const own = regions
    .filter(({ kind }) => kinds.includes(kind))
    .map(({ first, last, isSealed, bytes }) => {
      const { REFERENCED: _, ...rest } = bytes;
      return { size: Number(last - first + 1n), isSealed, ...rest };
    });
  return own.sort((a, b) => a.size - b.size || a.SHARED_DIRTY - b.SHARED_DIRTY);
}

function of(size: number, bytes: Partial<typeof NONE>, isSealed = false): unknown {
  const { REFERENCED: _, ...rest } = { ...NONE, ...bytes };
  return { size, isSealed, ...rest };
}

const CHILD = [
  of(4 * KIB, {}, true),
  of(12 * KIB, { SHARED_DIRTY: 4 * KIB, PROPORTIONAL: 2 * KIB }),
  of(16 * KIB, OF_OBJECT),
  of(28 * KIB, { SHARED_DIRTY: 8 * KIB, PRIVATE_DIRTY: 4 * KIB, PROPORTIONAL: 8 * KIB }),
  of(4 * MIB, { SHARED_DIRTY: 2 * MIB, LARGE: 2 * MIB, PROPORTIONAL: MIB }),
];
const PARENT = [
  of(4 * KIB, {}, true),
  of(12 * KIB, { PRIVATE_DIRTY: 4 * KIB, PROPORTIONAL: 4 * KIB }),
  of(16 * KIB, OF_OBJECT),
  of(28 * KIB, { PRIVATE_DIRTY: 12 * KIB, PROPORTIONAL: 12 * KIB }),
  of(4 * MIB, { PRIVATE_DIRTY: 2 * MIB, LARGE: 2 * MIB, PROPORTIONAL: 2 * MIB }),
];

const WISHES = { frames: true, trace: false };

/** The memory of both tasks, the copy first. */
function checkHoldings({ document, records, console }: Booted): readonly [TaskMemory, TaskMemory] {
  assert.equal(document.status, 0, console);
  const [child, parent, ...others] = tasksMemory(records);
  assert.deepEqual(others, []);
  assert.deepEqual([mapped(child!), mapped(parent!)], [CHILD, PARENT]);
  return [child!, parent!];
}

/** The program's image with a quota. */
async function withLimits(machine: MachineName): Promise<Machine> {
  const usual = await loadMachine(machine);
  return {
    ...usual,
    buildProgram: async (source) => withQuota(await usual.buildProgram(source), { regions: 50, handles: 9 }),
  };
}

const places = new Map<string, unknown>();

for (const machine of MACHINE_NAMES) {
  describe(`memory of tasks that end, on ${machine}`, () => {
    test("is what they have, a copy's too, and the same on both machines where that can be", async () => {
      const booted = await bootPrograms(machine, [PROGRAM], WISHES, await withLimits(machine));
      const [child, parent] = checkHoldings(booted);
      // Both are there still when the child ends, and it is no longer when its parent does.
      const both = {
        regions: { used: child.regions.length + parent.regions.length, limit: 50 },
        handles: { used: 2, limit: 9 },
      };
      const alone = { regions: { used: parent.regions.length, limit: 50 }, handles: { used: 1, limit: 9 } };
      assert.deepEqual([child.quota, parent.quota], [both, alone]);
      assert.deepEqual([child.handles, parent.handles, parent.name], [1, 1, "holdings"]);
      const where = (memory: TaskMemory) => memory.regions.map(({ bytes: _, ...region }) => region);
      places.set(machine, [where(child), where(parent), child.tables, parent.tables]);
      assert.deepEqual(places.get(machine), places.get(MACHINE_NAMES[0]));
      const { memory } = booted.document.programs[0]!;
      assert.deepEqual(memory!["quota"], alone);
      const regions = memory!["regions"] as Readonly<Record<string, unknown>>[];
      const large = regions.find(({ large }) => large !== 0)!;
      assert.deepEqual([large["kind"], large["rights"], large["privateDirty"]], ["anonymous", "rw-", 2 * MIB]);
      assert.deepEqual([memory!["tables"], regions.length], [parent.tables, parent.regions.length]);
    });
  });
}

test("as Linux prints it", async () => {
  const { records } = await bootPrograms("embedded", [PROGRAM], WISHES, await withLimits("embedded"));
  const maps = mapsReport("maps", records).split("\n");
  const counts =
    "\\d+ frames its own, \\d+ page tables, \\d+ regions, 1 handles, quota \\d+ of 50 regions, quota 2 of 9 handles";
  assert.match(maps[0]!, new RegExp(`^# task \\d+ holdings: ${counts}$`));
  const line = /^[0-9a-f]{8,}-[0-9a-f]{8,} [r-][w-][x-][ps] [0-9a-f]{8,} 00:00 0( +\S+)?$/;
  const regions = maps.filter((text) => text !== "" && !text.startsWith("#"));
  for (const text of regions) assert.match(text, line);
  assert.equal(regions.find((text) => text.includes(" r-xp "))!.indexOf("holdings"), 73);
  assert.ok(regions.some((text) => / rw-s .*\[shared\]$/.test(text)));
  const smaps = mapsReport("smaps", records);
  assert.equal(smaps.match(/^Rss: {12} *\d+ kB$/gm)!.length, regions.length);
  assert.match(
    smaps,
    /^Size: {15}4096 kB\n(.+\n){2}Rss: {16}2048 kB\nPss: {16}1024 kB\nShared_Clean: {10}0 kB\nShared_Dirty: {7}2048 kB$/m,
  );
});

const RESIDENCE = "kernel/spaces/residence.ts";
const TRIAL = { sources: [PROGRAM], wishes: WISHES, check: checkHoldings };
findMistakes("maps", [
  {
    what: "pages of a table that is shared are nobody else's",
    file: RESIDENCE,
    from: "const sharers = frameHolders(Frame.containing(table));",
    to: "const sharers = 1;",
    by: TRIAL,
  },
  {
    what: "what was accessed is dirty",
    file: RESIDENCE,
    from: "const isDirty = (entry & Pte.DIRTY) != 0;",
    to: "const isDirty = (entry & Pte.ACCESSED) != 0;",
    by: TRIAL,
  },
  {
    what: "the page of zeros is everybody's",
    file: RESIDENCE,
    from: "if (isForeign && backing == Backing.ZEROS) return;",
    to: "",
    by: TRIAL,
  },
  {
    what: "all of what is shared is each one's part",
    file: RESIDENCE,
    from: "bytes / holders",
    to: "bytes",
    by: TRIAL,
  },
]);
