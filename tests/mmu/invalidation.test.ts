import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { A, Cr4, D, Error_, FETCH, G, Model, P, READ, RW, US, USER, WRITE, XD } from "./support/model.ts";

// The numbers are those of the SDM checklist: what stays cached, and what drops it.
const FULL = P | RW | US;
const AT = 0x1000n;
const OLD = 0x30_0000n;
const NEW = 0x40_0000n;
const { P: PRESENT, W, U, I } = Error_;
const TRUST_DENIAL = 2;
const SPECULATE = 1;

function cached(flags = FULL, kind = READ): { model: Model; leaf: bigint } {
  const model = new Model();
  const leaf = model.map(AT, OLD, flags);
  assert.ok(model.passes(AT, kind));
  return { model, leaf };
}

const seenFrame = (model: Model, linear = AT) => model.access(linear, READ, OLD, NEW).physical;

describe("29. clearing A or D without invalidation", () => {
  test("A is not set again", () => {
    const { model, leaf } = cached();
    model.set(leaf, model.get(leaf) & ~A);
    assert.ok(model.passes(AT, READ));
    assert.equal(model.get(leaf) & A, 0n);
    model.mmu.invalidatePage(AT);
    assert.ok(model.passes(AT, READ));
    assert.equal(model.get(leaf) & A, A);
  });
  test("D is not set again", () => {
    const { model, leaf } = cached(FULL, WRITE);
    model.set(leaf, model.get(leaf) & ~D);
    assert.ok(model.passes(AT, WRITE));
    assert.equal(model.get(leaf) & D, 0n);
    model.mmu.invalidatePage(AT);
    assert.ok(model.passes(AT, WRITE));
    assert.equal(model.get(leaf) & D, D);
  });
  test("A of an upper entry is not set again while a structure cache has it", () => {
    const { model } = cached();
    model.map(AT + 4096n, NEW, FULL);
    const directory = model.entryAt(AT, 2);
    model.set(directory, model.get(directory) & ~A);
    assert.ok(model.passes(AT + 4096n, READ));
    assert.equal(model.get(directory) & A, 0n);
  });
});

describe("30. nothing is cached from", () => {
  test("an absent entry", () => {
    const model = new Model();
    const leaf = model.map(AT, 0n, 0n);
    model.pageFault(AT, READ);
    model.set(leaf, OLD | FULL);
    assert.equal(seenFrame(model), OLD);
  });
  test("an entry with reserved bits", () => {
    const model = new Model();
    const leaf = model.map(AT, 1n << 50n, FULL);
    model.pageFault(AT, READ);
    model.set(leaf, OLD | FULL);
    assert.equal(seenFrame(model), OLD);
  });
  test("an entry with A = 0, by speculation", () => {
    const { model } = speculating(FULL);
    model.set(model.entryAt(NEIGHBOUR, 1), NEW | FULL | A);
    assert.equal(seenFrame(model, NEIGHBOUR), NEW);
  });
});

/** The page that the model speculates on when it reads AT: the other one of an aligned pair. */
const NEIGHBOUR = AT ^ 4096n;

/** A model that speculates: AT has been read, and its neighbour, mapped to OLD with `flags`, has not. */
function speculating(flags: bigint): { model: Model } {
  const model = new Model();
  model.map(AT, OLD, FULL | A);
  model.map(NEIGHBOUR, OLD, flags);
  model.mmu.setTlbHabits(SPECULATE);
  assert.ok(model.passes(AT, READ));
  return { model };
}

test("31. a translation that nothing used may be cached: it stays until it is invalidated", () => {
  const { model } = speculating(FULL | A);
  model.set(model.entryAt(NEIGHBOUR, 1), NEW | FULL | A);
  assert.equal(seenFrame(model, NEIGHBOUR), OLD);
  model.mmu.invalidatePage(NEIGHBOUR);
  assert.equal(seenFrame(model, NEIGHBOUR), NEW);
});

describe("32. a CR3 load", () => {
  test("drops what is not global", () => {
    const { model, leaf } = cached();
    model.set(leaf, NEW | FULL);
    assert.equal(seenFrame(model), OLD);
    model.mmu.writeCr3(model.mmu.readCr3());
    assert.equal(seenFrame(model), NEW);
  });
  test("leaves what is global", () => {
    const { model, leaf } = cached(FULL | G);
    model.set(leaf, NEW | FULL | G);
    model.mmu.writeCr3(model.mmu.readCr3());
    assert.equal(seenFrame(model), OLD);
  });
  test("drops the structure caches", () => {
    const { model } = cached();
    model.set(model.entryAt(AT, 2), 0n);
    model.mmu.writeCr3(model.mmu.readCr3());
    assert.equal(model.pageFault(AT, READ), 0);
  });
});

describe("33. INVLPG", () => {
  test("drops the page and no other", () => {
    const { model, leaf } = cached();
    const other = model.map(0x5000n, OLD, FULL);
    assert.ok(model.passes(0x5000n, READ));
    for (const entry of [leaf, other]) model.set(entry, NEW | FULL);
    model.mmu.invalidatePage(AT + 123n);
    assert.equal(seenFrame(model), NEW);
    assert.equal(seenFrame(model, 0x5000n), OLD);
  });
  test("drops a global page too", () => {
    const { model, leaf } = cached(FULL | G);
    model.set(leaf, NEW | FULL);
    model.mmu.invalidatePage(AT);
    assert.equal(seenFrame(model), NEW);
  });
  test("drops every structure-cache entry, also for other addresses", () => {
    const model = new Model();
    model.map(0x40_0000n, OLD, FULL);
    model.map(0x40_1000n, OLD, FULL);
    assert.ok(model.passes(0x40_0000n, READ));
    model.set(model.entryAt(0x40_0000n, 2), 0n);
    assert.ok(model.passes(0x40_1000n, READ), "the page table is still reached through the cached entry");
    model.mmu.invalidatePage(0x40_1000n);
    assert.equal(model.pageFault(0x40_1000n, READ), 0);
    model.mmu.invalidatePage(0x7000_0000_0000n);
    assert.ok(model.passes(0x40_0000n, READ), "its own translation was not dropped");
  });
  for (const [name, level, bytes] of [
    ["2 MiB", 2, 1n << 21n],
    ["1 GiB", 3, 1n << 30n],
  ] as const) {
    test(`covers a whole ${name} page, whatever address in it is given`, () => {
      const model = new Model();
      const base = 1n << 30n;
      const leaf = model.map(base, 1n << 30n, FULL, level);
      // In different places of the TLB, too.
      const places = [0n, 0x5000n, bytes / 2n + 0x7000n, bytes - 4096n];
      for (const place of places) assert.ok(model.passes(base + place, READ));
      model.set(leaf, 0n);
      for (const place of places) assert.ok(model.passes(base + place, READ), "stale");
      model.mmu.invalidatePage(base + bytes / 2n + 8n);
      for (const place of places) assert.equal(model.pageFault(base + place, READ), 0);
    });
  }
  test("does nothing for an address that is not canonical", () => {
    const { model, leaf } = cached();
    model.set(leaf, NEW | FULL);
    model.map(AT + 4096n, OLD, FULL);
    model.set(model.entryAt(AT, 2), 0n);
    model.mmu.invalidatePage(AT | (1n << 60n));
    assert.equal(seenFrame(model), OLD);
    assert.ok(model.passes(AT + 4096n, READ), "nor to the structure caches");
  });
});

describe("35. global pages", () => {
  test("G means nothing while CR4.PGE = 0", () => {
    const model = new Model({ cr4: Cr4.PAE });
    const leaf = model.map(AT, OLD, FULL | G);
    assert.ok(model.passes(AT, READ));
    model.set(leaf, NEW | FULL);
    model.mmu.writeCr3(model.mmu.readCr3());
    assert.equal(seenFrame(model), NEW);
  });
  test("G means nothing in an entry that references a table", () => {
    const model = new Model();
    const leaf = model.map(AT, OLD, FULL, 1, FULL | G);
    assert.ok(model.passes(AT, READ));
    model.set(leaf, NEW | FULL);
    model.mmu.writeCr3(model.mmu.readCr3());
    assert.equal(seenFrame(model), NEW);
  });
  for (const first of ["clearing", "setting"]) {
    test(`${first} PGE drops everything`, () => {
      const model = new Model({ cr4: first === "clearing" ? Cr4.PAE | Cr4.PGE : Cr4.PAE });
      const leaf = model.map(AT, OLD, FULL | G);
      assert.ok(model.passes(AT, READ));
      model.set(leaf, NEW | FULL);
      assert.equal(seenFrame(model), OLD);
      model.mmu.writeCr4(model.mmu.readCr4() ^ Cr4.PGE);
      assert.equal(seenFrame(model), NEW);
    });
  }
  test("a global 2 MiB page survives a CR3 load in all its pieces", () => {
    const model = new Model();
    const leaf = model.map(1n << 30n, 1n << 30n, FULL | G, 2);
    for (const place of [0n, 0x9000n]) assert.ok(model.passes((1n << 30n) + place, READ));
    model.set(leaf, 0n);
    model.mmu.writeCr3(model.mmu.readCr3());
    for (const place of [0n, 0x9000n]) assert.ok(model.passes((1n << 30n) + place, READ));
  });
  test("setting SMEP drops what is cached, clearing it does not", () => {
    const { model, leaf } = cached();
    model.mmu.writeCr4(model.mmu.readCr4() | Cr4.SMEP);
    model.set(leaf, NEW | FULL);
    assert.equal(seenFrame(model), NEW);
    model.set(leaf, OLD | FULL);
    model.mmu.writeCr4(model.mmu.readCr4() & ~Cr4.SMEP);
    assert.equal(seenFrame(model), NEW);
  });
});

describe("38. more rights without a flush cost at most one spurious fault", () => {
  const cases: [string, bigint, bigint, number, number][] = [
    ["R/W 0 to 1", P | US, FULL, WRITE | USER, PRESENT | W | U],
    ["U/S 0 to 1", P | RW, FULL, READ | USER, PRESENT | U],
    ["XD 1 to 0", FULL | XD, FULL, FETCH | USER, PRESENT | U | I],
  ];
  for (const [name, before, after, kind, error] of cases) {
    test(`${name}: a processor that trusts its TLB faults once`, () => {
      const { model, leaf } = cached(before);
      model.mmu.setTlbHabits(TRUST_DENIAL);
      model.set(leaf, OLD | after);
      assert.equal(model.pageFault(AT, kind), error);
      assert.ok(model.passes(AT, kind));
    });
    test(`${name}: a processor that looks again does not fault`, () => {
      const { model, leaf } = cached(before);
      model.set(leaf, OLD | after);
      assert.ok(model.passes(AT, kind));
    });
  }
  test("P 0 to 1 needs nothing", () => {
    const model = new Model();
    model.mmu.setTlbHabits(TRUST_DENIAL | SPECULATE);
    const leaf = model.map(AT, 0n, 0n);
    model.pageFault(AT, READ);
    model.set(leaf, OLD | FULL);
    assert.ok(model.passes(AT, READ));
  });
  test("a spurious fault drops the entries above the page as well", () => {
    const model = new Model();
    model.mmu.setTlbHabits(TRUST_DENIAL);
    model.map(AT, OLD, FULL, 1, P | US);
    assert.ok(model.passes(AT, READ));
    for (const level of [4, 3, 2]) model.set(model.entryAt(AT, level), model.get(model.entryAt(AT, level)) | RW);
    assert.equal(model.pageFault(AT, WRITE), PRESENT | W);
    assert.ok(model.passes(AT, WRITE));
  });
});

describe("39. fewer rights hold only after a flush", () => {
  const cases: [string, bigint, bigint, number, number][] = [
    ["P 1 to 0", FULL, 0n, READ | USER, U],
    ["R/W 1 to 0", FULL, P | US, WRITE | USER, PRESENT | W | U],
    ["U/S 1 to 0", FULL, P | RW, READ | USER, PRESENT | U],
    ["XD 0 to 1", FULL, FULL | XD, FETCH | USER, PRESENT | U | I],
  ];
  for (const [name, before, after, kind, error] of cases) {
    test(name, () => {
      const { model, leaf } = cached(before, kind);
      model.set(leaf, OLD | after);
      assert.ok(model.passes(AT, kind), "stale until invalidated");
      model.mmu.invalidatePage(AT);
      assert.equal(model.pageFault(AT, kind), error);
    });
  }
  test("programs' own accesses go stale alike", () => {
    const { model, leaf } = cached();
    model.set(OLD, 1n);
    model.set(NEW, 2n);
    assert.equal(model.mmu.userLoad64(AT), 1n);
    model.set(leaf, NEW | FULL);
    assert.equal(model.mmu.userLoad64(AT), 1n);
    model.mmu.invalidatePage(AT);
    assert.equal(model.mmu.userLoad64(AT), 2n);
  });
});
