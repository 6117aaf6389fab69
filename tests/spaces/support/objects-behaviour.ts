import fc from "fast-check";
import { Access, Right } from "./machine.ts";
import { May, Sharing, WINDOW, type Handle } from "./objects.ts";

/** Memory that is shared, lent on and taken back, by several spaces on two CPUs, against a naive model after each step. */

export const OBJECT_RUNS = 60;

type Step = (sharing: Sharing) => void;

/** One of what there is at that time; nothing happens when there is nothing. */
function withOne<T>(list: readonly T[], index: number, act: (some: T) => void): void {
  if (list.length !== 0) act(list[index % list.length]!);
}

const any = fc.nat({ max: 1000 });
const page = fc.nat({ max: WINDOW.pages - 4 }).map((index) => WINDOW.first + index);
const pages = fc.integer({ min: 1, max: 4 });
const right = fc.constantFrom(0, Right.READ, Right.READ | Right.WRITE, Right.READ | Right.WRITE);
const handleRights = fc.constantFrom(May.RECEIVE, May.RECEIVE | May.GRANT, May.SEND, May.ALL, May.ALL);
const kind = fc.constantFrom(Access.READ, Access.WRITE);

/** Now and then more than there is of the object. */
function mapSome(
  sharing: Sharing,
  handle: Handle,
  [at, offset, count, rights]: [number, number, number, number],
): void {
  const from = offset === 5 ? offset : offset % handle.object.pages;
  const fits = offset === 4 ? count : Math.min(count, handle.object.pages - from);
  sharing.map(handle, at, from, Math.max(1, fits), rights);
}

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 1, arbitrary: fc.constant<Step>((sharing) => sharing.spaces.length < 3 && sharing.create()) },
  {
    weight: 3,
    arbitrary: fc.tuple(any, pages).map(
      ([index, count]): Step =>
        (sharing) =>
          withOne(sharing.spaces, index, (space) => sharing.open().length < 20 && sharing.make(space, count)),
    ),
  },
  {
    weight: 6,
    arbitrary: fc.tuple(any, any, handleRights).map(
      ([which, to, rights]): Step =>
        (sharing) =>
          withOne(sharing.open(), which, (handle) =>
            withOne(sharing.spaces, to, (space) => sharing.open().length < 40 && sharing.pass(handle, space, rights)),
          ),
    ),
  },
  {
    weight: 10,
    arbitrary: fc.tuple(any, page, fc.nat({ max: 5 }), pages, right).map(
      ([which, at, offset, count, rights]): Step =>
        (sharing) =>
          withOne(sharing.open(), which, (handle) => mapSome(sharing, handle, [at, offset, count, rights])),
    ),
  },
  {
    weight: 2,
    arbitrary: any.map(
      (which): Step =>
        (sharing) =>
          withOne(sharing.open(), which, (handle) => sharing.close(handle)),
    ),
  },
  {
    weight: 2,
    arbitrary: any.map(
      (which): Step =>
        (sharing) =>
          withOne(sharing.open(), which, (handle) => sharing.revoke(handle)),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(any, page, pages).map(
      ([which, first, count]): Step =>
        (sharing) =>
          withOne(sharing.spaces, which, (space) => sharing.unmap(space, first, count)),
    ),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(any, page, pages, right).map(
      ([which, first, count, rights]): Step =>
        (sharing) =>
          withOne(sharing.spaces, which, (space) => sharing.protect(space, first, count, rights)),
    ),
  },
  {
    weight: 2,
    arbitrary: any.map(
      (which): Step =>
        (sharing) =>
          withOne(sharing.spaces, which, (space) => sharing.spaces.length < 3 && sharing.fork(space)),
    ),
  },
  {
    weight: 1,
    arbitrary: any.map(
      (which): Step =>
        (sharing) =>
          withOne(sharing.spaces, which, (space) => sharing.spaces.length > 1 && sharing.destroy(space)),
    ),
  },
  {
    weight: 6,
    arbitrary: fc.tuple(fc.nat({ max: 1 }), any).map(([cpu, which]): Step => (sharing) => {
      sharing.onCpu(cpu);
      withOne(sharing.spaces, which, (space) => sharing.enter(space));
    }),
  },
  {
    weight: 12,
    arbitrary: fc.tuple(page, kind).map(
      ([at, how]): Step =>
        (sharing) =>
          sharing.access(at, how),
    ),
  },
);

export function sharingBehaves(module: WebAssembly.Module): fc.IProperty<[Step[]]> {
  return fc.property(fc.array(step, { minLength: 40, maxLength: 100 }), (steps) => {
    const sharing = new Sharing(module);
    sharing.create();
    sharing.create();
    sharing.enter(sharing.spaces[0]!);
    for (const each of steps) {
      each(sharing);
      sharing.check();
    }
    sharing.end();
  });
}
