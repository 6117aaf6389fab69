import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { compileKernelPart } from "../support/kernel-module.ts";
import { assertDrawnWell, bitsOf } from "../support/draws.ts";
import { moduleDraws, programDraws } from "./support/aslr.ts";
import {
  LOADING_ENTRY,
  LoadingMachine,
  MODULE_ZONE_PAGE,
  PROGRAM_PIECES,
  UNUSED_PAGES,
  USER_SLOT_PAGES,
} from "./support/loading.ts";
import { compileMutant, type Mutant } from "./support/mutants.ts";

/**
 * Where the regions of 10,000 tasks lie, as the kernel loads them from an image: how many bits, how evenly, that none reaches out of its slot, that guards
 * are there, and that nothing says anything of anything else.
 */

const SEED = 0x6e_6974n;
const TASKS = 10_000;
const module = await compileKernelPart(LOADING_ENTRY);

test(`${TASKS} programs: text, heap, first mmap, IPC and stack have 32 bits each, and their guards`, (t) => {
  const draws = programDraws(module, SEED, TASKS);
  t.diagnostic(`seed ${SEED}`);
  for (const line of assertDrawnWell(draws)) t.diagnostic(line);
  assert.deepEqual(
    draws.map(bitsOf),
    PROGRAM_PIECES.map(() => 32),
  );
});

test(`${TASKS} modules: 5 bits of slot and 27 of base in it`, (t) => {
  const draws = moduleDraws(module, SEED, TASKS);
  t.diagnostic(`seed ${SEED}`);
  for (const line of assertDrawnWell(draws)) t.diagnostic(line);
  assert.deepEqual(draws.map(bitsOf), [5, 27]);
});

test("one seed gives one layout, another another", () => {
  const [one, same, other] = [1n, 1n, 2n].map((seed) => new LoadingMachine(module, seed).basesOfProgram());
  assert.deepEqual(one, same);
  one!.forEach((base, index) => assert.notEqual(base, other![index]));
});

test("without randomisation every task has the first address of each slot", () => {
  const machine = new LoadingMachine(module, SEED);
  machine.kernel.call("placeAtFixedBases");
  for (let task = 0; task < 3; task++) {
    assert.deepEqual(
      machine.basesOfProgram(),
      PROGRAM_PIECES.map(({ slot }) => slot * USER_SLOT_PAGES),
    );
    assert.equal(machine.baseOfModule(), MODULE_ZONE_PAGE + UNUSED_PAGES);
  }
});

const PLACEMENT = "kernel/spaces/placement.ts";
const LOADING = "kernel/tasks/loading.ts";
const DRAW = "return <VirtAddr>(userSlotFirst(slot) + randomBelow(bases) * PAGE_BYTES);\n}\n";
const DRAW_IN_SLOT = "return <VirtAddr>(first + randomBelow(bases) * PAGE_BYTES);";
const ABOVE_GUARD =
  "if (error == SpaceError.NONE) error = placeRegion(space, above, above + PAGE_BYTES - 1, RegionKind.GUARD, 0);\n";

interface DrawnMutant extends Mutant {
  /** What it is a mistake of. */
  readonly draws: typeof programDraws;
  /** What is to be said about it. */
  readonly found: RegExp;
}

const MUTANTS: readonly DrawnMutant[] = [
  {
    what: "the stack's base is the heap's",
    file: PLACEMENT,
    from: DRAW,
    to: `const drawn = slot == 6 ? heaps : randomBelow(bases);
  if (slot == 2) heaps = drawn;
  return <VirtAddr>(userSlotFirst(slot) + drawn * PAGE_BYTES);
}
let heaps: u64 = 0;
`,
    draws: programDraws,
    found: /sums of others/,
  },
  {
    what: "the lowest bit of a base is that of the two before it, added",
    file: PLACEMENT,
    from: DRAW,
    to: `const drawn = slot == 6 ? (randomBelow(bases) & ~1) | ((before ^ beforeThat) & 1) : randomBelow(bases);
  beforeThat = before;
  before = drawn;
  return <VirtAddr>(userSlotFirst(slot) + drawn * PAGE_BYTES);
}
let before: u64 = 0;
let beforeThat: u64 = 0;
`,
    draws: programDraws,
    found: /of 160 bits, 1 are sums of others/,
  },
  {
    what: "four bits of a base are, three times of four, those of the last task's",
    file: PLACEMENT,
    from: DRAW,
    to: `let drawn = randomBelow(bases);
  if (slot == 1 && randomBelow(4) != 0) drawn = (drawn & ~0xf0000) | (texts & 0xf0000);
  if (slot == 1) texts = drawn;
  return <VirtAddr>(userSlotFirst(slot) + drawn * PAGE_BYTES);
}
let texts: u64 = 0;
`,
    draws: programDraws,
    found: /of text, and .* of the next task: chi-square/,
  },
  {
    what: "a base has 24 bits",
    file: PLACEMENT,
    from: "const bases = (USER_SLOT_BYTES - bytes) / PAGE_BYTES;",
    to: "const bases = (USER_SLOT_BYTES - bytes) / 0x10_0000;",
    draws: programDraws,
    found: /bit 24 is 1 in 0 of/,
  },
  {
    what: "small numbers come more often",
    file: PLACEMENT,
    from: DRAW,
    to: DRAW.replace("randomBelow(bases)", "(randomBelow(17) == 0 ? randomBelow(bases / 8) : randomBelow(bases))"),
    draws: programDraws,
    found: /bit 31 is 1 in|chi-square/,
  },
  {
    what: "a base is not in its slot",
    file: PLACEMENT,
    from: "const bases = (USER_SLOT_BYTES - bytes) / PAGE_BYTES;",
    to: "const bases = (2 * USER_SLOT_BYTES - bytes) / PAGE_BYTES;",
    draws: programDraws,
    found: / at page /,
  },
  {
    what: "there is no guard above the stack",
    file: LOADING,
    from: ABOVE_GUARD,
    to: "",
    draws: programDraws,
    found: /IPC/,
  },
  {
    what: "a module takes the first slot",
    file: PLACEMENT,
    from: "takeSlot(isRandomised() ? <u32>randomBelow(SLOTS) : 0)",
    to: "takeSlot(0)",
    draws: moduleDraws,
    found: /slot: bit 0 is 1 in 0 of/,
  },
  {
    what: "where a module lies in its slot says which slot it is",
    file: PLACEMENT,
    from: DRAW_IN_SLOT,
    to: "return <VirtAddr>(first + ((randomBelow(bases) & ~31) | slot) * PAGE_BYTES);",
    draws: moduleDraws,
    found: /of 32 bits, 5 are sums of others/,
  },
];

describe("a planted mistake is found:", { concurrency: 2 }, () => {
  for (const [index, mutant] of MUTANTS.entries()) {
    test(mutant.what, async (t) => {
      const planted = await compileMutant(mutant, `aslr-${index}`, LOADING_ENTRY.entry);
      const check = () => assertDrawnWell(mutant.draws(planted, SEED, TASKS));
      assert.throws(check, (error: Error) => {
        t.diagnostic(error.message.split("\n")[0]!);
        return mutant.found.test(error.message);
      });
    });
  }
});
