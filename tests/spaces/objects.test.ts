import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { compileKernelPart } from "../support/kernel-module.ts";
import { holds } from "../support/property.ts";
import { Right } from "./support/machine.ts";
import { compileMutant, type Mutant } from "./support/mutants.ts";
import { May, OBJECTS_ENTRY, Sharing, WINDOW } from "./support/objects.ts";
import { OBJECT_RUNS, sharingBehaves } from "./support/objects-behaviour.ts";

const module = await compileKernelPart(OBJECTS_ENTRY);

test("what is shared is what the model says, on both CPUs, after every step; and all comes back", (t) => {
  holds(t, sharingBehaves(module), OBJECT_RUNS);
});

test("a chain of a thousand handles, each passed on from the one before, is taken back at once", () => {
  const sharing = new Sharing(module);
  for (let space = 0; space < 20; space++) sharing.create();
  sharing.make(sharing.spaces[0]!, 1);
  for (let link = 0; link < 1000; link++) sharing.pass(sharing.handles.at(-1)!, sharing.spaces[link % 20]!, May.ALL);
  assert.equal(sharing.open().length, 1001);
  sharing.map(sharing.handles.at(-1)!, WINDOW.first, 0, 1, Right.READ);
  sharing.revoke(sharing.handles[0]!);
  assert.equal(sharing.open().length, 1);
  sharing.check();
  sharing.end();
});

const MUTANTS: readonly Mutant[] = [
  {
    what: "one of those that were passed on is taken back",
    file: "kernel/spaces/revoke.ts",
    from: "for (let last = lastBelow(handle); last != null; last = lastBelow(handle)) takeBack(last);",
    to: "const last = lastBelow(handle); if (last != null) takeBack(last);",
  },
  {
    what: "rights grow when they are passed on",
    file: "kernel/objects/handle.ts",
    from: "return this.may(HandleRight.GRANT) && (rights & ~(<u64>this.rights)) == 0;",
    to: "return this.may(HandleRight.GRANT);",
  },
  {
    what: "a mapping is made writable without the right",
    file: "kernel/spaces/region.ts",
    from: "return (rights & ~rightsBy(changetype<Handle>(this.source))) == 0;",
    to: "return true;",
  },
  {
    what: "a copy's handles are nobody's",
    file: "kernel/objects/handles.ts",
    from: "return makeHandle(table, number, handle.object, handle.rights, handle);",
    to: "return makeHandle(table, number, handle.object, handle.rights, null);",
  },
  {
    what: "what a closed handle passed on hangs nowhere",
    file: "kernel/objects/handles.ts",
    from: "if (parent != null) hang(child, parent);",
    to: "",
  },
  {
    what: "a part of a mapping that was cut off does not hold its handle",
    file: "kernel/spaces/seams.ts",
    from: "if (rest.source != 0) noteMapping(changetype<Handle>(rest.source));",
    to: "",
  },
  {
    what: "every mapping begins with the object",
    file: "kernel/spaces/backing.ts",
    from: "region.offset + (page - region.first)",
    to: "page - region.first",
  },
  {
    what: "a copy's mapping is by its parent's handle",
    file: "kernel/spaces/fork.ts",
    from: "copy.source = changetype<usize>(handle);",
    to: "",
  },
];

/** So that a mutant is found today and tomorrow. */
const SEED = 20_261;

describe("a planted mistake is found:", () => {
  for (const [index, mutant] of MUTANTS.entries()) {
    test(mutant.what, async (t) => {
      const mutated = await compileMutant(mutant, `objects-${index}`, OBJECTS_ENTRY.entry);
      const result = fc.check(sharingBehaves(mutated), { seed: SEED, numRuns: OBJECT_RUNS, endOnFailure: true });
      assert.ok(result.failed, `not in ${OBJECT_RUNS} runs`);
      t.diagnostic(`run ${result.numRuns}: ${String(result.errorInstance).split("\n")[0]}`);
    });
  }
});
