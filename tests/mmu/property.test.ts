import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { holds } from "../support/property.ts";
import { AC, Cr0, Cr4, Efer, FETCH, Feature, G, Model, USER, WRITE } from "./support/model.ts";
import { naiveAccess, type NaiveAccess, type NaiveOutcome, type Processor } from "./support/naive-walker.ts";

// Random tables and accesses, against the naive walker.
const RUNS = 150;

const ROOT = 0x1000n;
/** Tables that entries may reference, any level's at any level, and slots of them that are used. */
const TABLES = [0x1000n, 0x2000n, 0x3000n, 0x4000n, 0x5000n, 0x6000n];
const SLOTS = [0n, 1n, 5n, 256n, 511n];
/** Frames of RAM, some aligned for large pages. */
const FRAMES = [...TABLES, 0x30_0000n, 0x30_1000n, 0x60_0000n, 0x1_2000_0000n, 0x4000_0000n, 0x8000_0000n];
const ODD_BITS = [9n, 11n, 12n, 13n, 20n, 29n, 40n, 51n, 52n, 59n, 62n];

/** Most entries are present, writable and the user's, so that walks go deep; every bit is wrong now and then. */
const entry = fc
  .record({
    frame: fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...TABLES) },
      { weight: 2, arbitrary: fc.constantFrom(...FRAMES) },
    ),
    unlikely: fc.subarray([0n, 1n, 2n], { maxLength: 1 }),
    flips: fc.boolean(),
    flags: fc.subarray([3n, 4n, 5n, 6n, 7n, 8n, 63n], { maxLength: 3 }),
    odd: fc.option(fc.constantFrom(...ODD_BITS), { freq: 12 }),
  })
  .map(({ frame, unlikely, flips, flags, odd }) => {
    let value = frame | 7n;
    if (flips) for (const at of unlikely) value &= ~(1n << at);
    for (const at of flags) value |= 1n << at;
    return odd === null ? value : value | (1n << odd);
  });

const tables = fc.array(fc.record({ table: fc.constantFrom(...TABLES), slot: fc.constantFrom(...SLOTS), entry }), {
  minLength: 10,
  maxLength: 30,
});

const linear = fc
  .record({
    slots: fc.tuple(...[1, 2, 3, 4].map(() => fc.constantFrom(...SLOTS))),
    offset: fc.bigInt(0n, 4095n),
    wild: fc.option(fc.constantFrom(1n << 47n, 1n << 55n, 1n << 63n), { freq: 20 }),
  })
  .map(({ slots, offset, wild }) => {
    const low = slots.reduce((sum, slot) => (sum << 9n) | slot, 0n);
    const canonical = BigInt.asUintN(64, BigInt.asIntN(48, (low << 12n) | offset));
    return wild === null ? canonical : canonical ^ wild;
  });

const access: fc.Arbitrary<NaiveAccess> = fc
  .record({ linear, kind: fc.constantFrom("read", "write", "fetch"), user: fc.boolean(), ac: fc.boolean() })
  .map(({ linear, kind, user, ac }) => ({
    linear,
    write: kind === "write",
    fetch: kind === "fetch",
    user,
    ac: ac && !user,
  }));

const processor = fc.record({
  wp: fc.boolean(),
  smep: fc.boolean(),
  smap: fc.boolean(),
  nxe: fc.boolean(),
  hugePages: fc.boolean(),
});
type ProcessorBits = Omit<Processor, "cr3" | "physicalBits">;

function modelOf(bits: ProcessorBits): Model {
  const registers = {
    cr0: Cr0.PG | Cr0.PE | (bits.wp ? Cr0.WP : 0n),
    cr4: Cr4.PAE | Cr4.PGE | (bits.smep ? Cr4.SMEP : 0n) | (bits.smap ? Cr4.SMAP : 0n),
    efer: Efer.LME | (bits.nxe ? Efer.NXE : 0n),
  };
  return new Model(registers, { hide: bits.hugePages ? 0 : Feature.PAGE_1G });
}

function kindOf({ write, fetch, user, ac }: NaiveAccess): number {
  return (write ? WRITE : 0) | (fetch ? FETCH : 0) | (user ? USER : 0) | (ac ? AC : 0);
}

function modelOutcome(model: Model, one: NaiveAccess, expected: NaiveOutcome): NaiveOutcome {
  const frame = expected.kind === "done" ? [expected.physical & ~0xfffn] : [];
  const { fault, physical } = model.access(one.linear, kindOf(one), ...frame);
  if (fault === undefined) return { kind: "done", physical: physical! };
  if (fault.vector === 13) return { kind: "general protection" };
  assert.equal(fault.address, one.linear, "CR2");
  return { kind: "page fault", error: fault.error };
}

test("with nothing stale, the model answers as the manual's prose does, and leaves the same A and D", (t) => {
  holds(
    t,
    fc.property(processor, tables, fc.array(access, { minLength: 1, maxLength: 20 }), (bits, entries, accesses) => {
      const model = modelOf(bits);
      const memory = new Map<bigint, bigint>();
      for (const { table, slot, entry } of entries) memory.set(table + slot * 8n, entry);
      for (const [address, value] of memory) model.set(address, value);
      for (const one of accesses) {
        const expected = naiveAccess(memory, { ...bits, cr3: ROOT, physicalBits: 40n }, one);
        assert.deepEqual(modelOutcome(model, one, expected), expected);
        for (const [address, value] of memory)
          assert.equal(model.get(address), value, `entry at ${address.toString(16)}`);
        // Tables here reference each other at several levels: an A or D that one access sets changes what another reads.
        model.flushAll();
      }
    }),
    RUNS,
  );
});

// What may be cached: for each page, any leaf that the table held since the page was last invalidated.

const PAGES = [0x1000n, 0x2000n, 0x3000n, 0x20_1000n];
const LEAVES = [0n, 0x30_0000n | 7n, 0x40_0000n | 7n, 0x40_0000n | 5n, 0x30_0000n | 3n, 0x30_0000n | 7n | G];
type Step =
  | { readonly do: "write entry"; readonly page: bigint; readonly leaf: bigint }
  | { readonly do: "invalidate"; readonly page: bigint }
  | { readonly do: "load CR3" }
  | { readonly do: "access"; readonly page: bigint; readonly write: boolean };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant("write entry" as const),
    page: fc.constantFrom(...PAGES),
    leaf: fc.constantFrom(...LEAVES),
  }),
  fc.record({ do: fc.constant("invalidate" as const), page: fc.constantFrom(...PAGES) }),
  fc.record({ do: fc.constant("load CR3" as const) }),
  fc.record({ do: fc.constant("access" as const), page: fc.constantFrom(...PAGES), write: fc.boolean() }),
);

function answerOf(leaf: bigint, write: boolean): bigint | "fault" {
  const denied = (leaf & 1n) === 0n || (leaf & 4n) === 0n || (write && (leaf & 2n) === 0n);
  return denied ? "fault" : leaf & 0xf_ffff_ffff_f000n;
}

/** The leaves that each page's translation may come from. The last is the table's own. */
type Possible = Map<bigint, bigint[]>;

function apply(model: Model, possible: Possible, one: Step): void {
  if (one.do === "write entry") {
    model.set(model.entryAt(one.page, 1), one.leaf);
    possible.get(one.page)!.push(one.leaf);
  } else if (one.do === "invalidate") {
    model.mmu.invalidatePage(one.page);
    possible.set(one.page, possible.get(one.page)!.slice(-1));
  } else if (one.do === "load CR3") {
    model.mmu.writeCr3(model.mmu.readCr3());
    for (const [page, leaves] of possible) {
      possible.set(
        page,
        leaves.filter((leaf, index) => index === leaves.length - 1 || (leaf & G) !== 0n),
      );
    }
  } else {
    check(model, possible, one.page, one.write);
  }
}

function check(model: Model, possible: Possible, page: bigint, write: boolean): void {
  const leaves = possible.get(page)!;
  const outcome = model.access(page, USER | (write ? WRITE : 0), 0x30_0000n, 0x40_0000n);
  const answer = outcome.fault === undefined ? outcome.physical! : ("fault" as const);
  const allowed = leaves.map((leaf) => answerOf(leaf, write));
  assert.ok(allowed.includes(answer), `page ${page.toString(16)} answered ${answer}; allowed: ${allowed.join(", ")}`);
  // A page fault drops the translations of its address.
  if (answer === "fault") possible.set(page, leaves.slice(-1));
}

test("a translation is one that the tables have held since it was invalidated", (t) => {
  holds(
    t,
    fc.property(fc.array(step, { maxLength: 60 }), fc.nat(3), (steps, habits) => {
      const model = new Model();
      model.mmu.setTlbHabits(habits);
      const possible: Possible = new Map(PAGES.map((page) => [page, [0n]]));
      for (const page of PAGES) model.entryAt(page, 1);
      for (const one of steps) apply(model, possible, one);
    }),
    RUNS,
  );
});
