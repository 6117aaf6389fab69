import fc from "fast-check";
import { RegionKind } from "../../../kernel/spaces/kinds.ts";
import { BUSY, HEAP_GUARD, WINDOWS, type AccessKind, type Both, type Replacement } from "./both.ts";
import { FILE_PAGES } from "./check.ts";
import { Access, Right } from "./machine.ts";

/** Random operations on spaces, for `Both`. */
export type Step = (both: Both) => void;

const KINDS = [
  RegionKind.ANONYMOUS,
  RegionKind.ANONYMOUS,
  RegionKind.DATA,
  RegionKind.STACK,
  RegionKind.MESSAGE_BUFFER,
  RegionKind.TEXT,
] as const;
const READ_WRITE = Right.READ | Right.WRITE;
const RIGHTS = [READ_WRITE, READ_WRITE, READ_WRITE, Right.READ, Right.READ | Right.EXECUTE, 0, 7] as const;
const MOST_SPACES = 4;

interface Span {
  readonly first: number;
  readonly end: number;
}

/** A stretch of a window, or, if the space has regions then and `region` is a number, of one of those. */
interface Range extends Span {
  readonly region: number | null;
  readonly begins: "at its start" | "within";
}

/** Half of them begin or end at a border of 2 MiB or of the window. */
const anySpan: fc.Arbitrary<Span> = fc
  .record({
    window: fc.oneof(fc.constantFrom(...WINDOWS), fc.constantFrom(...BUSY)),
    at: fc.nat({ max: 2000 }),
    pages: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 1200 }), fc.constantFrom(512, 1024)),
    snaps: fc.constantFrom("neither", "first", "end", "both"),
  })
  .map(({ window, at, pages, snaps }) => {
    const begin = window.first + (at % window.pages);
    const first = snaps === "first" || snaps === "both" ? Math.max(window.first, begin - (begin % 512)) : begin;
    const last = Math.min(window.first + window.pages, first + pages);
    const snapped = last - (last % 512);
    const end = (snaps === "end" || snaps === "both") && snapped > first ? snapped : last;
    return { first, end };
  });

const anyRange: fc.Arbitrary<Range> = fc
  .record({
    span: anySpan,
    region: fc.option(fc.nat({ max: 20 }), { freq: 4 }),
    begins: fc.constantFrom("at its start" as const, "within" as const),
  })
  .map(({ span, ...rest }) => ({ ...span, ...rest }));

const anySpace = fc.nat({ max: MOST_SPACES - 1 });
const anyRights = fc.constantFrom(...RIGHTS);
const anyWord = fc.constantFrom(0 as const, 1 as const, 2 as const);
const anyAccess = fc.constantFrom<AccessKind>(Access.READ, Access.WRITE, Access.WRITE, Access.FETCH);

/** Those that a processor can make: W and I/D never go together (SDM 3A 4.7). RSVD ends the machine before anybody asks. */
const anyError = fc
  .record({ present: fc.nat(1), kind: fc.constantFrom(0, 2, 16), user: fc.constantFrom(0, 4) })
  .map(({ present, kind, user }) => present | kind | user);

/** Steps that say in a counterexample what they are. */
function steps<T>(name: string, arguments_: fc.Arbitrary<T>, run: (both: Both, values: T) => void): fc.Arbitrary<Step> {
  return arguments_.map((values) => {
    const text = () => `${name} ${JSON.stringify(values)}`;
    return Object.assign((both: Both) => run(both, values), { [fc.toStringMethod]: text });
  });
}

const place = steps(
  "place",
  fc.record({ which: anySpace, span: anySpan, kind: fc.constantFrom(...KINDS), rights: anyRights }),
  (both, { which, span, kind, rights }) => both.place(spaceOf(both, which), span.first, span.end, kind, rights),
);

const replace = steps(
  "replace",
  fc.record({
    which: anySpace,
    range: anyRange,
    way: fc.constantFrom<Replacement>("replaceRange", "replacePopulated"),
    kind: fc.constantFrom(...KINDS),
    rights: anyRights,
  }),
  (both, { which, range, way, kind, rights }) => {
    const space = spaceOf(both, which);
    const { first, end } = target(both, space, range);
    both.replace(way, space, first, end, kind, rights);
  },
);

const placePopulated = steps(
  "place populated",
  fc.record({ which: anySpace, span: anySpan, kind: fc.constantFrom(...KINDS), rights: anyRights }),
  (both, { which, span, kind, rights }) =>
    both.placePopulated(spaceOf(both, which), span.first, span.end, kind, rights),
);

/** A guard of the task's own, which may come to lie above its heap. */
const guard = steps("guard", fc.record({ which: anySpace, span: anySpan }), (both, { which, span: { first, end } }) =>
  both.place(spaceOf(both, which), first, end, RegionKind.GUARD, 0),
);

const placeFile = steps(
  "place file",
  fc.record({ which: anySpace, span: anySpan, rights: anyRights, page: fc.nat({ max: FILE_PAGES - 1 }) }),
  (both, { which, span, rights, page }) => {
    const end = Math.min(span.end, span.first + FILE_PAGES - page);
    both.placeFile(spaceOf(both, which), span.first, end, RegionKind.RODATA, rights, page);
  },
);

const remove = steps("remove", fc.record({ which: anySpace, range: anyRange }), (both, { which, range }) => {
  const space = spaceOf(both, which);
  const { first, end } = target(both, space, range);
  both.remove(space, first, end);
});

const protect = steps(
  "protect",
  fc.record({ which: anySpace, range: anyRange, rights: anyRights }),
  (both, { which, range, rights }) => {
    const space = spaceOf(both, which);
    const { first, end } = target(both, space, range);
    both.protect(space, first, end, rights);
  },
);

const populate = steps("populate", fc.record({ which: anySpace, range: anyRange }), (both, { which, range }) => {
  const space = spaceOf(both, which);
  const { first, end } = target(both, space, range);
  both.populate(space, first, end);
});

/** Accesses to some pages of a range, up to 24, evenly apart. */
const touch = steps(
  "touch",
  fc.record({ which: anySpace, range: anyRange, kind: anyAccess, word: anyWord }),
  (both, { which, range, kind, word }) => {
    const space = spaceOf(both, which);
    both.enter(space);
    const { first, end } = target(both, space, range);
    const step = Math.max(1, Math.floor((end - first) / 24));
    for (let page = first; page < end; page += step) both.access(page, kind, word);
  },
);

/** Memory, and writes to all of it or here and there, so that changes find something. */
const fill = steps("fill", fc.record({ which: anySpace, span: anySpan }), (both, { which, span: { first, end } }) => {
  const space = spaceOf(both, which);
  both.remove(space, first, end);
  both.place(space, first, end, RegionKind.ANONYMOUS, READ_WRITE);
  both.enter(space);
  const step = end - first > 64 ? 37 : 1;
  for (let page = first; page < end; page += step) both.access(page, Access.WRITE, 0);
});

const fault = steps(
  "fault",
  fc.record({ which: anySpace, range: anyRange, error: anyError }),
  (both, { which, range, error }) => {
    const space = spaceOf(both, which);
    both.fault(space, target(both, space, range).first, error);
  },
);

const copy = steps(
  "copy",
  fc.record({ which: anySpace, range: anyRange, way: fc.constantFrom("in", "out") }),
  (both, { which, range, way }) => {
    const space = spaceOf(both, which);
    both.enter(space);
    const { first } = target(both, space, range);
    if (way === "in") both.copyIn(first);
    else both.copyOut(first);
  },
);

const reclaim = steps(
  "reclaim",
  fc.record({ which: anySpace, wanted: fc.integer({ min: 1, max: 8 }) }),
  (both, values) => {
    both.reclaim(spaceOf(both, values.which), values.wanted);
  },
);

const heapPages = fc.oneof(
  fc.integer({ min: 1, max: 20 }),
  fc.integer({ min: 1, max: 1100 }),
  fc.constantFrom(511, 512, 1023),
);
const heap = steps("heap", fc.record({ which: anySpace, pages: heapPages }), (both, { which, pages }) =>
  both.moveHeapEnd(spaceOf(both, which), HEAP_GUARD + 1 + pages),
);

const create = steps("create", fc.constant({}), (both) => {
  if (both.spaces.size < MOST_SPACES) both.create();
});
const fork = steps("fork", anySpace, (both, which) => {
  const parent = spaceOf(both, which);
  if (both.spaces.size < MOST_SPACES) both.fork(parent);
});
const destroy = steps("destroy", anySpace, (both, which) => both.destroy(spaceOf(both, which)));
/** Few, so that an access meets what the kernel changes. */
const RACED_PAGES = 8;

/** A change while another CPU runs the space. */
const race = steps(
  "race",
  fc.record({
    which: anySpace,
    range: anyRange,
    rights: anyRights,
    change: fc.constantFrom<Change>("remove", "protect", "protect", "fork", "populate", "heap", "fault", "reclaim"),
    seed: fc.integer({ min: 1 }),
  }),
  (both, { which, range, rights, change, seed }) => {
    const space = spaceOf(both, which);
    const { first, end } = target(both, space, range);
    both.race(space, first, Math.min(end, first + RACED_PAGES), BigInt(seed), () => {
      if (change === "remove") both.remove(space, first, end);
      else if (change === "protect") both.protect(space, first, end, rights);
      else if (change === "populate") both.populate(space, first, end);
      else if (change === "reclaim") both.reclaim(space, 8);
      else if (change === "fault") both.fault(space, first, 7);
      else if (change === "heap") both.moveHeapEnd(space, HEAP_GUARD + 1 + (end - first));
      else if (both.spaces.size < MOST_SPACES) both.fork(space);
    });
  },
);
type Change = "remove" | "protect" | "fork" | "populate" | "heap" | "fault" | "reclaim";

const onCpu = steps("cpu", fc.nat(2), (both, cpu) => both.onCpu(cpu));
const leave = steps("leave", fc.constant({}), (both) => both.leave());
const sleep = steps("sleep", fc.constant({}), (both) => both.sleep());

/** Few pages, so that most can still be changed. */
const seal = steps("seal", fc.record({ which: anySpace, range: anyRange }), (both, { which, range }) => {
  const space = spaceOf(both, which);
  const { first, end } = target(both, space, range);
  both.seal(space, first, Math.min(end, first + 3));
});

export const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 2, arbitrary: place },
  { weight: 4, arbitrary: replace },
  { weight: 1, arbitrary: placePopulated },
  { weight: 1, arbitrary: guard },
  { weight: 4, arbitrary: fill },
  { weight: 4, arbitrary: remove },
  { weight: 5, arbitrary: protect },
  { weight: 2, arbitrary: populate },
  { weight: 7, arbitrary: touch },
  { weight: 3, arbitrary: fault },
  { weight: 3, arbitrary: copy },
  { weight: 3, arbitrary: heap },
  { weight: 1, arbitrary: create },
  { weight: 3, arbitrary: fork },
  { weight: 2, arbitrary: destroy },
  { weight: 1, arbitrary: leave },
  { weight: 3, arbitrary: sleep },
  { weight: 4, arbitrary: onCpu },
  { weight: 4, arbitrary: race },
  { weight: 4, arbitrary: reclaim },
);

/** Apart from the others, so that these are as many as they were. */
export const anyStepWithFiles: fc.Arbitrary<Step> = fc.oneof(
  { weight: 16, arbitrary: anyStep },
  { weight: 1, arbitrary: placeFile },
);

/** Apart from the others: what is sealed is in the way of many a step. */
export const anyStepWithSeals: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: anyStep },
  { weight: 1, arbitrary: seal },
);

/** One of those that there are; a new one when there is none. */
function spaceOf(both: Both, which: number): number {
  const spaces = [...both.spaces.keys()];
  return spaces[which % spaces.length] ?? both.create();
}

/** The range itself, or as much of a region that there is. */
function target(both: Both, space: number, { first, end, region, begins }: Range): Span {
  const regions = both.model(space).regions();
  const some = region === null ? undefined : regions[region % regions.length];
  if (some === undefined) return { first, end };
  const begin = begins === "at its start" ? some.first : some.first + (first % (some.last + 1 - some.first));
  return { first: begin, end: Math.min(begin + (end - first), some.last + 1) };
}
