import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  AC,
  Cr0,
  Cr4,
  Efer,
  Error_,
  FETCH,
  Fault,
  Feature,
  Model,
  P,
  READ,
  RW,
  US,
  USER,
  WRITE,
} from "./support/model.ts";
import { A, D } from "./support/model.ts";

// The numbers are those of the SDM checklist: what a fault says, and what it leaves undone.
const FULL = P | RW | US;
const { P: PRESENT, W, U, RSVD, I } = Error_;

const faultAt = (address: bigint, code: number) => (error: unknown) => {
  assert.ok(error instanceof Fault, String(error));
  assert.deepEqual([error.vector, error.address, error.code], [14, address, BigInt(code)]);
  return true;
};

describe("20. CPUID", () => {
  const bits: [string, number, number, number, number][] = [
    ["SMEP", Feature.SMEP, 7, 1, 7],
    ["SMAP", Feature.SMAP, 7, 1, 20],
    ["UMIP", Feature.UMIP, 7, 2, 2],
    ["PGE", Feature.PGE, 1, 3, 13],
    ["NX", Feature.NX, 0x8000_0001, 3, 20],
    ["1 GiB pages", Feature.PAGE_1G, 0x8000_0001, 3, 26],
  ];
  for (const [name, feature, leaf, register, bit] of bits) {
    test(`${name} is told where the manual says, and not when it is hidden`, () => {
      const bitOf = (model: Model) => (model.mmu.cpuid(leaf, 0, register) >>> bit) & 1;
      assert.equal(bitOf(new Model()), 1);
      const bare = { efer: Efer.LME, cr4: Cr4.PAE };
      assert.equal(bitOf(new Model(bare, { hide: feature })), 0);
    });
  }
  test("leaf 0 says that leaf 7 exists, leaf 0x80000000 that 0x80000008 does", () => {
    const { mmu } = new Model();
    assert.ok(mmu.cpuid(0, 0, 0) >= 7);
    assert.ok(mmu.cpuid(0x8000_0000, 0, 0) >>> 0 >= 0x8000_0008);
    assert.equal(mmu.cpuid(7, 1, 1), 0);
  });
});

test("21. W/R and U/S describe the access, not the rights", () => {
  const model = new Model();
  model.map(0x1000n, 0x30_0000n, P);
  assert.equal(model.pageFault(0x1000n, READ | USER), PRESENT | U);
  assert.equal(model.pageFault(0x1000n, WRITE), PRESENT | W);
  assert.equal(model.pageFault(0x1000n, WRITE | USER), PRESENT | W | U);
  assert.equal(model.pageFault(0x2000n, WRITE), W);
});

describe("22. I/D is set for fetches only, and only with SMEP or NXE", () => {
  const fetchError = (registers: { cr4?: bigint; efer?: bigint }) =>
    new Model(registers).pageFault(0x5000n, FETCH | USER);
  test("NXE = 0, SMEP = 0", () => assert.equal(fetchError({ efer: Efer.LME }), U));
  test("NXE = 1", () => assert.equal(fetchError({}), U | I));
  test("SMEP = 1", () => assert.equal(fetchError({ efer: Efer.LME, cr4: Cr4.PAE | Cr4.SMEP }), U | I));
  test("a read", () => assert.equal(new Model().pageFault(0x5000n, READ | USER), U));
});

test("23. a reserved bit above is found before an absent entry below", () => {
  const model = new Model();
  const leaf = model.map(0x1000n, 0x30_0000n, FULL);
  model.set(leaf, 0n);
  const directory = model.entryAt(0x1000n, 2);
  model.set(directory, model.get(directory) | (1n << 50n));
  assert.equal(model.pageFault(0x1000n, READ), PRESENT | RSVD);
});

test("23. an absent entry above hides a reserved bit below", () => {
  const model = new Model();
  model.map(0x1000n, 1n << 50n, FULL);
  const directory = model.entryAt(0x1000n, 2);
  model.set(directory, model.get(directory) & ~P);
  assert.equal(model.pageFault(0x1000n, READ), 0);
});

test("23. a reserved bit is reported even where the access has no right", () => {
  const model = new Model();
  model.map(0x1000n, 1n << 50n, P);
  assert.equal(model.pageFault(0x1000n, WRITE | USER), PRESENT | RSVD | W | U);
});

describe("24. an access in two pages", () => {
  const edge = 0x2000n;
  function twoPages(first: bigint, second: bigint): Model {
    const model = new Model();
    model.map(edge - 4096n, 0x30_0000n, first);
    model.map(edge, 0x40_0000n, second);
    return model;
  }
  test("reads and writes both parts", () => {
    const model = twoPages(FULL, FULL);
    model.mmu.userStore64(edge - 3n, 0x1122_3344_5566_7788n);
    assert.equal(model.mmu.userLoad64(edge - 3n), 0x1122_3344_5566_7788n);
    assert.equal(model.get(0x40_0000n) & 0xff_ffff_ffffn, 0x11_2233_4455n);
    assert.equal(model.get(0x30_0ff8n) >> 40n, 0x66_7788n);
  });
  test("CR2 is the first byte of the second page when that faults, and the first page is untouched", () => {
    const model = twoPages(FULL, P | US);
    model.set(0x30_0ff8n, 7n);
    assert.throws(() => model.mmu.userStore64(edge - 3n, -1n), faultAt(edge, PRESENT | W | U));
    assert.equal(model.get(0x30_0ff8n), 7n);
    assert.equal(model.get(model.entryAt(edge - 4096n, 1)) & D, 0n);
  });
  test("CR2 is the access's own address when the first page faults, and the second is untouched", () => {
    const model = twoPages(P | US, FULL);
    assert.throws(() => model.mmu.userStore64(edge - 3n, -1n), faultAt(edge - 3n, PRESENT | W | U));
    assert.equal(model.get(0x40_0000n), 0n);
    assert.equal(model.get(model.entryAt(edge, 1)) & D, 0n);
  });
  test("a TLB that knows the first page does not let the access run on into its frame's neighbour", () => {
    const model = twoPages(FULL, FULL);
    assert.equal(model.mmu.userLoad8(edge - 1n), 0);
    model.set(0x30_1000n, -1n);
    assert.equal(model.mmu.userLoad64(edge - 3n), 0n);
  });
  test("the last byte of the canonical half is #GP when the access runs out of it", () => {
    const model = new Model();
    const last = 0x0000_7fff_ffff_f000n;
    model.map(last, 0x30_0000n, FULL);
    assert.equal(model.mmu.userLoad64(last + 4088n), 0n);
    assert.throws(
      () => model.mmu.userLoad64(last + 4089n),
      (error: Fault) => error.vector === 13 && error.address === 0n,
    );
  });
});

test("24. within a page an unaligned access is one access", () => {
  const model = new Model();
  model.map(0x1000n, 0x30_0000n, FULL);
  model.mmu.userStore64(0x1003n, 0x0102_0304_0506_0708n);
  assert.equal(model.mmu.userLoad64(0x1003n), 0x0102_0304_0506_0708n);
  assert.equal(model.mmu.userLoad8(0x100an), 1);
});

describe("27. accessed and dirty", () => {
  const flags = (model: Model, level: number) => model.get(model.entryAt(0x1000n, level)) & (A | D);
  function mapped(leaf: bigint, registers = {}): Model {
    const model = new Model(registers);
    model.map(0x1000n, 0x30_0000n, leaf);
    return model;
  }
  test("a read sets A at every level and D nowhere", () => {
    const model = mapped(FULL);
    assert.ok(model.passes(0x1000n, READ));
    for (const level of [4, 3, 2, 1]) assert.equal(flags(model, level), A, `level ${level}`);
  });
  test("a write sets D in the leaf only", () => {
    const model = mapped(FULL);
    assert.ok(model.passes(0x1000n, WRITE | USER));
    assert.equal(flags(model, 1), A | D);
    for (const level of [4, 3, 2]) assert.equal(flags(model, level), A, `level ${level}`);
  });
  test("a write after a read sets D, though the translation is cached", () => {
    const model = mapped(FULL);
    assert.ok(model.passes(0x1000n, READ));
    assert.ok(model.passes(0x1000n, WRITE));
    assert.equal(flags(model, 1), A | D);
  });
  test("a program's store after a load sets D", () => {
    const model = mapped(FULL);
    model.mmu.userLoad64(0x1000n);
    model.mmu.userStore64(0x1000n, 1n);
    assert.equal(flags(model, 1), A | D);
  });
  for (const [name, level, frame] of [
    ["2 MiB", 2, 0x60_0000n],
    ["1 GiB", 3, 0x4000_0000n],
  ] as const) {
    test(`a ${name} page has A and D in its own entry`, () => {
      const model = new Model();
      const leaf = model.map(0x4000_0000n, frame, FULL, level);
      assert.ok(model.passes(0x4000_5000n, WRITE));
      assert.equal(model.get(leaf) & (A | D), A | D);
    });
  }
  test("an access that faults sets no D", () => {
    const model = mapped(P | US);
    model.pageFault(0x1000n, WRITE);
    assert.equal(flags(model, 1) & D, 0n);
  });
  test("a supervisor's write through WP = 0 sets D", () => {
    const model = mapped(P | US, { cr0: Cr0.PG | Cr0.PE });
    assert.ok(model.passes(0x1000n, WRITE | AC));
    assert.equal(flags(model, 1), A | D);
  });
  test("the processor clears neither", () => {
    const model = mapped(FULL | A | D);
    assert.ok(model.passes(0x1000n, READ));
    assert.equal(flags(model, 1), A | D);
  });
});
