import fc from "fast-check";
import { HUGE, HugeBoth, PAGES, READ_WRITE } from "./huge.ts";
import { Right } from "./machine.ts";

/** How many sequences of steps are tried, and so how many a planted mistake may take to be found. */
export const HUGE_RUNS = 15;

/** What chance seldom finds: tried before anything else. */
export const HUGE_KNOWN: [Step[]][] = [
  // A border of 2 MiB within a page of 1 GiB.
  [
    [
      (both) => {
        const space = both.create();
        both.place(space, 0, HUGE, READ_WRITE);
        both.populate(space, 0, HUGE);
        both.protect(space, 1024, 1536, Right.READ);
      },
    ],
  ],
  // All of a gigabyte in pages of 2 MiB, whose memory lies the other way around.
  [
    [
      (both) => {
        const space = both.create();
        both.place(space, 0, HUGE, READ_WRITE);
        both.enter(space);
        for (let page = HUGE - 512; page >= 0; page -= 512) both.access(page, 5);
        both.protect(space, 7, 8, Right.READ);
        both.protect(space, 7, 8, READ_WRITE);
      },
    ],
  ],
];

/** Whatever is done to spaces with pages of 1 GiB, they hold what the model holds, and give everything back. */
export function hugeBehaves(module: WebAssembly.Module): fc.IProperty<[Step[]]> {
  return fc.property(fc.array(steps, { minLength: 1, maxLength: 16, size: "max" }), (sequence) => {
    const both = new HugeBoth(module);
    for (const one of sequence) {
      one(both);
      both.check();
    }
    both.end();
  });
}

type Step = (both: HugeBoth) => void;

const anyPage = fc.oneof(
  fc.integer({ min: 0, max: PAGES - 1 }),
  fc.constantFrom(0, HUGE - 1, HUGE, HUGE + 1, HUGE + 511, HUGE + 512, 2 * HUGE - 1, 2 * HUGE, PAGES - 1),
);
const anyLength = fc.constantFrom(1, 2, 511, 512, 513, 5000, HUGE - 1, HUGE, HUGE + 1, PAGES);
const anyRange = fc.record({ first: anyPage, length: anyLength });
const anyRights = fc.constantFrom(READ_WRITE, READ_WRITE, Right.READ, Right.READ | Right.EXECUTE, 0);
const which = fc.nat({ max: 7 });

function spaceOf(both: HugeBoth, index: number): number {
  const spaces = [...both.spaces.keys()];
  return spaces[index % spaces.length] ?? both.create();
}
function endOf({ first, length }: { first: number; length: number }): number {
  return Math.min(first + length, PAGES);
}

function step<T>(
  name: string,
  arbitrary: fc.Arbitrary<T>,
  run: (both: HugeBoth, value: T) => void,
): fc.Arbitrary<Step> {
  return arbitrary.map((value) => {
    const one: Step = (both) => run(both, value);
    return Object.assign(one, { toString: () => `${name}(${fc.stringify(value)})` });
  });
}

const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: step("fill a gigabyte", fc.record({ which, at: fc.constantFrom(0, 1, 2) }), (both, { which, at }) => {
      const space = spaceOf(both, which);
      both.remove(space, at * HUGE, (at + 1) * HUGE);
      both.place(space, at * HUGE, (at + 1) * HUGE, READ_WRITE);
      both.populate(space, at * HUGE, (at + 1) * HUGE);
    }),
  },
  {
    weight: 4,
    arbitrary: step("touch", fc.record({ which, page: anyPage, kind: fc.constantFrom(4, 5) }), (both, value) => {
      both.enter(spaceOf(both, value.which));
      for (const page of [value.page, value.page + 513]) if (page < PAGES) both.access(page, value.kind as 4 | 5);
    }),
  },
  {
    weight: 4,
    arbitrary: step("protect", fc.record({ which, range: anyRange, rights: anyRights }), (both, value) =>
      both.protect(spaceOf(both, value.which), value.range.first, endOf(value.range), value.rights),
    ),
  },
  {
    weight: 2,
    arbitrary: step("remove", fc.record({ which, range: anyRange }), (both, value) =>
      both.remove(spaceOf(both, value.which), value.range.first, endOf(value.range)),
    ),
  },
  {
    weight: 2,
    arbitrary: step("fork", which, (both, index) => {
      const parent = spaceOf(both, index);
      if (both.spaces.size < 3) both.fork(parent);
    }),
  },
  { weight: 1, arbitrary: step("destroy", which, (both, index) => both.destroy(spaceOf(both, index))) },
);
