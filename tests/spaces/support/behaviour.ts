import fc from "fast-check";
import { RegionKind } from "../../../kernel/spaces/kinds.ts";
import { BORDER, Both, HEAP_GUARD } from "./both.ts";
import { Access, Right } from "./machine.ts";
import { anyStep, type Step } from "./steps.ts";

/** How many sequences of steps the model test tries, and so how many a planted mistake may take to be found. */
export const RUNS = 150;
const STEPS = 80;

const RACES = 40;

/** The first accesses to pages come while they are changed by `change`. */
function raceFor(pages: number, first: number, change: (both: Both, space: number) => void): [Step[]] {
  return [
    [
      (both) => {
        const space = both.create();
        for (let seed = 1; seed <= RACES; seed++) {
          both.place(space, BORDER, BORDER + pages, RegionKind.ANONYMOUS, Right.READ | Right.WRITE);
          both.populate(space, BORDER, BORDER + pages);
          both.race(space, BORDER + first, BORDER + first + Math.min(64, pages - first), BigInt(seed), () =>
            change(both, space),
          );
          both.check();
          both.remove(space, BORDER, BORDER + pages);
          both.check();
        }
      },
    ],
  ];
}

/** A table goes by `change` that a sleeping CPU remembers. */
function asleep(change: (both: Both, space: number) => void): [Step[]] {
  return [
    [
      (both) => {
        const space = both.create();
        both.place(space, BORDER, BORDER + 1024, RegionKind.ANONYMOUS, Right.READ | Right.WRITE);
        both.onCpu(1);
        both.enter(space);
        both.access(BORDER, Access.READ, 0);
        both.sleep();
        both.onCpu(0);
        change(both, space);
      },
    ],
  ];
}

/** An error code: of a write by a user to a page that is there (SDM 3A 4.7). */
const WRITE_OF_USER = 7;

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
  // A page is copied while the processor remembers the old one, in a table that is the space's own already.
  [
    [
      (both) => {
        const parent = both.create();
        both.enter(parent);
        both.access(HEAP_GUARD + 1, Access.WRITE, 0);
        both.fork(parent);
        both.access(HEAP_GUARD + 2, Access.WRITE, 0);
        both.access(HEAP_GUARD + 1, Access.READ, 0);
        both.fault(parent, HEAP_GUARD + 1, WRITE_OF_USER);
      },
    ],
  ],
  // A or D are set between a load and a store of the kernel's. Few enough pages that they are invalidated one by one.
  raceFor(64, 0, (both, space) => both.protect(space, BORDER, BORDER + 64, Right.READ)),
  raceFor(20, 0, (both, space) => both.remove(space, BORDER, BORDER + 20)),
  raceFor(512, 8, (both, space) => both.protect(space, BORDER, BORDER + 4, Right.READ)),
  asleep((both, space) => {
    both.fork(space);
    both.remove(space, BORDER, BORDER + 512);
  }),
  asleep((both, space) => {
    both.fork(space);
    both.populate(space, BORDER + 1, BORDER + 2);
  }),
  asleep((both, space) => {
    both.reclaim(space, 1);
    both.reclaim(space, 1);
  }),
  // A file's pages come back, at their places in it: after a part has gone, and where a large page would fit.
  [
    [
      (both) => {
        const space = both.create();
        both.enter(space);
        both.placeFile(space, BORDER, BORDER + 512, RegionKind.RODATA, Right.READ | Right.WRITE, 0);
        both.reclaim(space, 1);
        both.access(BORDER + 8, Access.WRITE, 0);
      },
      (both) => {
        const space = both.create();
        both.enter(space);
        both.placeFile(space, BORDER, BORDER + 256, RegionKind.RODATA, Right.READ, 0);
        both.remove(space, BORDER, BORDER + 5);
        for (let round = 0; round < 2; round++) both.reclaim(space, 1);
        both.access(BORDER + 8, Access.READ, 2);
      },
      (both) => {
        const space = both.create();
        both.enter(space);
        both.placeFile(space, BORDER, BORDER + 8, RegionKind.RODATA, Right.READ | Right.WRITE, 3);
        both.access(BORDER + 2, Access.WRITE, 0);
      },
    ],
  ],
  // The heap's guard alone keeps a table, or is all that the heap has in a table that is shared: beyond a multiple of 2 MiB.
  [
    [
      (both) => {
        const space = both.create();
        both.enter(space);
        both.moveHeapEnd(space, HEAP_GUARD + 514);
        both.access(HEAP_GUARD + 512, Access.WRITE, 0);
        both.moveHeapEnd(space, HEAP_GUARD + 512);
        both.moveHeapEnd(space, HEAP_GUARD + 511);
      },
      (both) => {
        const space = both.create();
        both.enter(space);
        both.moveHeapEnd(space, HEAP_GUARD + 512);
        both.access(HEAP_GUARD + 511, Access.WRITE, 0);
        both.place(space, HEAP_GUARD + 513, HEAP_GUARD + 514, RegionKind.ANONYMOUS, Right.READ | Right.WRITE);
        both.access(HEAP_GUARD + 513, Access.WRITE, 0);
        both.fork(space);
        both.moveHeapEnd(space, HEAP_GUARD + 511);
        both.access(HEAP_GUARD + 513, Access.READ, 0);
      },
    ],
  ],
  // Several CPUs know pages that go.
  [
    [
      (both) => {
        const space = both.create();
        both.place(space, BORDER, BORDER + 8, RegionKind.ANONYMOUS, Right.READ | Right.WRITE);
        for (const cpu of both.loaded.keys()) {
          both.onCpu(cpu);
          both.enter(space);
          both.access(BORDER, Access.WRITE, 0);
          both.access(BORDER + 1, Access.WRITE, 0);
        }
        both.remove(space, BORDER, BORDER + 1);
        both.check();
        both.onCpu(0);
        both.remove(space, BORDER + 1, BORDER + 2);
      },
    ],
  ],
  // Small pages that do not lie in a row become a large one, while the processor knows them.
  [
    [
      (both) => {
        const space = both.create();
        both.place(space, BORDER + 256, BORDER + 512, RegionKind.ANONYMOUS, Right.READ | Right.WRITE);
        both.enter(space);
        for (let page = 256; page < 512; page++) both.access(BORDER + page, Access.WRITE, 0);
        both.place(space, BORDER, BORDER + 256, RegionKind.ANONYMOUS, Right.READ | Right.WRITE);
        for (let page = 0; page < 255; page++) both.access(BORDER + page, Access.WRITE, 0);
        both.check();
        both.access(BORDER + 255, Access.WRITE, 0);
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
export function behaves(module: WebAssembly.Module, hidden = 0, step = anyStep): fc.IProperty<[Step[]]> {
  return fc.property(fc.array(step, { minLength: 1, maxLength: STEPS, size: "max" }), (steps) => {
    const both = new Both(module, hidden);
    for (const step of steps) {
      step(both);
      both.check();
    }
    both.end();
  });
}
