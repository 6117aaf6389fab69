import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { HeapError } from "../../kernel/heap/errors.ts";
import { HeapModel, KINDS, type HeapBuild } from "../support/heap-model.ts";
import { holds } from "../support/property.ts";

/** The heap against a Map of what is held: several CPUs by turns, no memory now and then, and misuse. */
const CPUS = 3;

interface Some {
  readonly do: "allocate" | "nonsense";
  readonly cpu: number;
  readonly kind: number;
  readonly count: number;
}
/** Of those that are held. */
interface Held {
  readonly do: "free" | "twice" | "other";
  readonly cpu: number;
  readonly which: number;
  readonly count: number;
}
interface Event {
  readonly do: "drain" | "deny" | "refuse";
  readonly cpu: number;
}
type Step = Some | Held | Event;

const cpu = fc.nat({ max: CPUS - 1 });
const kind = fc.nat({ max: KINDS.length - 1 });
const which = fc.nat();
const count = fc.integer({ min: 1, max: 40 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant("allocate" as const), cpu, kind, count }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("free" as const), cpu, which, count }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("twice" as const, "other" as const), cpu, which, count }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("nonsense" as const), cpu, kind, count: fc.nat() }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom("drain" as const, "deny" as const, "refuse" as const), cpu }),
  },
);

function take(heap: HeapModel, made: Step): void {
  heap.machine.cpu = made.cpu;
  if ("which" in made) giveUp(heap, made);
  else if (made.do === "allocate") for (let i = 0; i < made.count; i++) heap.allocate(made.cpu, made.kind);
  else if (made.do === "nonsense") nonsense(heap, made.kind, made.count);
  else if (made.do === "drain") heap.drain(made.cpu);
  else if (made.do === "deny") heap.kernel.call("failAllocation", 1);
  else heap.kernel.call("refusePages", 1);
}

function giveUp(heap: HeapModel, made: Held): void {
  const objects = [...heap.held.keys()];
  for (let i = 0; i < made.count && objects.length > 0; i++) {
    const [object] = objects.splice((made.which + i * 7) % objects.length, 1);
    const { kind } = heap.held.get(object!)!;
    if (made.do === "other") refused(heap, (kind + 1) % KINDS.length, object!, HeapError.OTHER_KIND);
    else heap.free(made.cpu, object!);
    // It lies in a magazine, or in a slab, which may be gone.
    if (made.do === "twice") refused(heap, kind, object!, HeapError.DOUBLE_FREE, HeapError.NOT_AN_OBJECT);
  }
}

/** An address that is none of the heap's: any number at all. */
function nonsense(heap: HeapModel, kind: number, at: number): void {
  const address = (at * 2654435761) >>> 0;
  const first = heap.kernel.call("firstPage");
  if (address >= first && address < first + 64 * 4096) return;
  refused(heap, kind, address, HeapError.NOT_AN_OBJECT);
}

function refused(heap: HeapModel, kind: number, object: number, ...errors: number[]): void {
  const error = heap.kernel.call("freeObject", kind, object);
  assert.ok(errors.includes(error), `${heap.kernel.text("heapErrorText", error)}, at ${object}`);
  assert.equal(heap.kernel.wide("heapErrorFound"), BigInt(object));
}

for (const build of ["usual", "debug"] satisfies HeapBuild[]) {
  describe(`the heap, ${build} build`, () => {
    test("holds what a model of it holds, whatever is done by several CPUs", (t) => {
      const property = fc.property(fc.array(step, { minLength: 1, maxLength: 60, size: "max" }), (steps) => {
        const heap = new HeapModel(build, 40);
        for (const made of steps) {
          take(heap, made);
          heap.validate();
        }
        heap.kernel.call("failAllocation", 0);
        heap.kernel.call("refusePages", 0);
        heap.end(0, CPUS);
      });
      holds(t, property, 30);
    });
  });
}
