import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { Answer, Access } from "../spaces/support/machine.ts";
import { compileMutant, type Mutant } from "../spaces/support/mutants.ts";
import { compileKernelPart } from "../support/kernel-module.ts";
import { holds } from "../support/property.ts";
import { ModuleMachine, MODULES_ENTRY } from "./support.ts";
import { KNOWN, ZONE_RUNS, zoneBehaves } from "./zone-behaviour.ts";

/** The zone of modules: everybody reads what is there, its owner alone writes and executes it, and what has gone nobody finds. */
const module = await compileKernelPart(MODULES_ENTRY);
const ZONE = 0xffff_9000_0000_0000n;
const SLOT_BYTES = 1n << 39n;
const UNIT = 0x1_0000n;

test("modules that come and go on two CPUs", (t) => {
  holds(t, zoneBehaves(module), ZONE_RUNS, KNOWN);
});

describe("a module", () => {
  test("is in a slot of its own, not in its first gigabyte, each time somewhere else", () => {
    const machine = new ModuleMachine(module);
    const bases = Array.from({ length: 12 }, () => machine.makeModule(UNIT).base);
    const slots = bases.map((base) => (base - ZONE) / SLOT_BYTES);
    assert.equal(new Set(slots).size, bases.length, bases.map((base) => base.toString(16)).join(" "));
    for (const base of bases) {
      assert.ok(base >= ZONE && base < ZONE + 32n * SLOT_BYTES);
      assert.ok((base - ZONE) % SLOT_BYTES >= 1n << 30n);
    }
    const places = bases.map((base) => (base - ZONE) % SLOT_BYTES);
    assert.equal(new Set(places).size, bases.length, places.map((place) => place.toString(16)).join(" "));
  });

  test("is refused when all 32 slots are others', and takes the one that is given back", () => {
    const machine = new ModuleMachine(module);
    const spaces = Array.from({ length: 32 }, () => machine.makeModule(4096n).space);
    const other = machine.call("makeModule", 4096n);
    assert.equal(other, 0);
    machine.call("endSpace", spaces[7]!);
    assert.notEqual(machine.call("makeModule", 4096n), 0);
  });

  test("that is larger than 2 MiB has large pages, and all of it goes again", () => {
    const machine = new ModuleMachine(module);
    const reader = machine.call("makeSpace");
    const { space, base } = machine.makeModule(0x60_0000n);
    assert.ok(machine.zoneOf(reader).some(({ pages }) => pages === 512) || base % 0x20_0000n !== 0n);
    assert.deepEqual(
      machine.zoneOf(reader).map(({ page, writable, executable, user }) => [page, writable, executable, user]),
      machine.zoneOf(space).map(({ page, user }) => [page, false, false, user]),
    );
    machine.call("endSpace", space);
    assert.deepEqual(machine.zoneOf(reader), []);
    assert.equal(machine.call("validate"), 0);
  });

  test("is no region of anybody else's: a fault there is not answered", () => {
    const machine = new ModuleMachine(module);
    const { base } = machine.makeModule(UNIT);
    const reader = machine.call("makeSpace");
    machine.enter(0, reader);
    const written = machine.tryAccess(base + 2n * UNIT, Access.WRITE);
    assert.deepEqual(written, { error: 7 }, "there, written, by a user");
    assert.equal(machine.call("answerPageFault", reader, 7n, base + 2n * UNIT), Answer.REFUSED);
    assert.equal(machine.call("answerPageFault", reader, 4n, ZONE + 5n), Answer.REFUSED);
    assert.equal(machine.call("copyWordIn", base + 2n * UNIT, reader), 1);
    assert.equal(machine.call("copyWordIn", base + 3n * UNIT - 2n, reader), 0, "beyond its end");
    assert.equal(machine.call("copyWordIn", ZONE, reader), 0, "where no module is");
    assert.equal(machine.call("copyWordOut", base + 2n * UNIT, 7, reader), 0);
  });
});

const ZONE_FILE = "kernel/paging/module-zone.ts";
const SPACE = "kernel/spaces/space.ts";
const MUTANTS: readonly Mutant[] = [
  {
    what: "others may write a module's data",
    file: ZONE_FILE,
    from: 'const READERS: u64 = 5;\nif (READERS != (Pte.PRESENT | Pte.USER)) ERROR("READERS");',
    to: "const READERS: u64 = 7;",
  },
  {
    what: "others may execute a module's text",
    file: ZONE_FILE,
    from: "table | READERS | supportedFlags(Pte.NO_EXECUTE)",
    to: "table | READERS",
  },
  {
    what: "the owner is not told that it is one",
    file: ZONE_FILE,
    from: "  physStore64(rootEntry(root, slot), entryAddress(entry) | OWNERS);\n",
    to: "",
  },
  { what: "a module's end is not flushed on other CPUs", file: SPACE, from: "space.loadedOn = onlineCpus();", to: "" },
  {
    what: "what CPUs keep of spaces that they left is not flushed when a module ends",
    file: SPACE,
    from: "  forgetContexts();\n",
    to: "",
  },
  {
    what: "a slot's table goes with the module",
    file: SPACE,
    from: "slotFirst(slot) + UNUSED_BYTES);\n  gapLast",
    to: "slotFirst(slot));\n  gapLast",
  },
  { what: "tables of a module stay", file: SPACE, from: "  gapLast = slotLast(slot);\n", to: "" },
];

const SEED = 20_261;

describe("a planted mistake is found:", () => {
  for (const [index, mutant] of MUTANTS.entries()) {
    test(mutant.what, async (t) => {
      const mutated = await compileMutant(mutant, `modules-${index}`, MODULES_ENTRY.entry);
      const result = fc.check(zoneBehaves(mutated), {
        seed: SEED,
        numRuns: ZONE_RUNS,
        examples: KNOWN,
        endOnFailure: true,
      });
      assert.ok(result.failed, `not in ${ZONE_RUNS} runs`);
      t.diagnostic(`run ${result.numRuns}: ${String(result.errorInstance).split("\n")[0]}`);
    });
  }
});
