import fc from "fast-check";
import { Both, HEAP_GUARD } from "./both.ts";
import { Access } from "./machine.ts";
import { anyStep, type Step } from "./steps.ts";

/** How many sequences of steps the model test tries, and so how many a planted mistake may take to be found. */
export const RUNS = 150;
const STEPS = 80;

/** What was found once, or chance seldom finds: tried before anything else. */
export const KNOWN: [Step[]][] = [
  // A table is made the space's own while the processor remembers the shared one.
  [
    [
      (both) => {
        const parent = both.create();
        both.enter(parent);
        both.access(HEAP_GUARD + 1, Access.WRITE, 0);
        both.fork(parent);
        both.access(HEAP_GUARD + 1, Access.READ, 0);
        both.populate(parent, HEAP_GUARD + 2, HEAP_GUARD + 3);
      },
    ],
  ],
  // More spaces than a CPU has PCIDs: the last one gets the first one's.
  [
    [
      (both) => {
        for (let index = 0; index < 8; index++) {
          both.enter(both.create());
          both.access(HEAP_GUARD + (index === 0 ? 2 : 1), Access.WRITE, 0);
        }
      },
    ],
  ],
];

/** Whatever is done to spaces, they hold what the model holds, and give everything back. The CPUs lack the features `hidden`. */
export function behaves(module: WebAssembly.Module, hidden = 0): fc.IProperty<[Step[]]> {
  return fc.property(fc.array(anyStep, { minLength: 1, maxLength: STEPS, size: "max" }), (steps) => {
    const both = new Both(module, hidden);
    for (const step of steps) {
      step(both);
      both.check();
    }
    both.end();
  });
}
