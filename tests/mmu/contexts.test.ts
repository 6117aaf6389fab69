import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Cr4, Feature, G, Model, P, READ, RW, US, raises, raisesGeneralProtection } from "./support/model.ts";

// Process-context identifiers: SDM 3A 4.10.1 to 4.10.4, SDM 2A INVPCID. All PCIDs here have one root, so that what differs is what is cached.

const FULL = P | RW | US;
const AT = 0x1000n;
/** In another place of the TLB, and below another entry of level 2. */
const ELSEWHERE = 0x40_5000n;
const OLD = 0x30_0000n;
const NEW = 0x40_0000n;
const KEEP = 1n << 63n;
const INVALID_OPCODE = 6;
const Type = { ADDRESS: 0n, CONTEXT: 1n, EVERYTHING: 2n, ALL_CONTEXTS: 3n } as const;

class Contexts extends Model {
  readonly #root: bigint;

  constructor(features: { hide?: number } = {}) {
    super({}, features);
    this.#root = this.mmu.readCr3();
    this.mmu.writeCr4(this.mmu.readCr4() | Cr4.PCIDE);
  }

  /** Makes `pcid` current and keeps what is cached for it. */
  enter(pcid: bigint): void {
    this.mmu.writeCr3(this.#root | pcid | KEEP);
  }

  /** Makes it current as a plain load of CR3 does. */
  load(pcid: bigint): void {
    this.mmu.writeCr3(this.#root | pcid);
  }

  frame(linear = AT): bigint | undefined {
    return this.access(linear, READ, OLD, NEW).physical;
  }
}

/** AT has been read by each of `pcids` while it led to OLD; now the tables say NEW, and none of them is current. */
function cachedFor(pcid: bigint, flags = FULL): Contexts {
  const contexts = new Contexts();
  const leaf = contexts.map(AT, OLD, flags);
  contexts.enter(pcid);
  assert.equal(contexts.frame(), OLD);
  contexts.set(leaf, NEW | flags);
  contexts.enter(9n);
  return contexts;
}

/** What `pcid` sees at AT when it comes back without a flush. */
function seenBy(contexts: Contexts, pcid: bigint): bigint | undefined {
  contexts.enter(pcid);
  return contexts.frame();
}

describe("a translation is cached for its PCID", () => {
  test("and is there when that comes back", () => assert.equal(seenBy(cachedFor(1n), 1n), OLD));
  test("and is not another's", () => assert.equal(seenBy(cachedFor(1n), 2n), NEW));
  test("and is not found by a program of another's", () => {
    const contexts = cachedFor(1n);
    contexts.set(OLD, 1n);
    contexts.set(NEW, 2n);
    assert.equal(contexts.mmu.userLoad64(AT), 2n);
    const other = cachedFor(1n);
    other.set(OLD, 1n);
    other.enter(1n);
    assert.equal(other.mmu.userLoad64(AT), 1n);
  });
  test("unless it is global: then it is everybody's", () => assert.equal(seenBy(cachedFor(1n, FULL | G), 2n), OLD));
  test("and so is an entry that leads to a table", () => {
    const contexts = new Contexts();
    contexts.map(AT, OLD, FULL);
    contexts.map(AT + 4096n, OLD, FULL);
    contexts.enter(1n);
    assert.ok(contexts.passes(AT, READ));
    contexts.set(contexts.entryAt(AT, 2), 0n);
    contexts.enter(2n);
    assert.equal(contexts.pageFault(AT + 4096n, READ), 0);
    contexts.enter(1n);
    assert.ok(contexts.passes(AT + 4096n, READ));
  });
});

describe("32. a load of CR3", () => {
  test("drops what is cached for the PCID that it names", () => {
    const contexts = cachedFor(1n);
    contexts.load(1n);
    assert.equal(contexts.frame(), NEW);
  });
  test("drops nothing of another PCID", () => {
    const contexts = cachedFor(1n);
    contexts.load(2n);
    assert.equal(seenBy(contexts, 1n), OLD);
  });
  test("drops nothing global", () => {
    const contexts = cachedFor(1n, FULL | G);
    contexts.load(1n);
    assert.equal(contexts.frame(), OLD);
  });
  test("drops the entries above, of that PCID alone", () => {
    for (const [loaded, isKept] of [
      [1n, false],
      [2n, true],
    ] as const) {
      const contexts = new Contexts();
      contexts.map(AT, OLD, FULL);
      contexts.map(AT + 4096n, OLD, FULL);
      contexts.enter(1n);
      assert.ok(contexts.passes(AT, READ));
      contexts.set(contexts.entryAt(AT, 2), 0n);
      contexts.load(loaded);
      contexts.enter(1n);
      assert.equal(contexts.passes(AT + 4096n, READ), isKept);
    }
  });
  test("knows bit 63 only with CR4.PCIDE", () => {
    const { mmu } = new Model();
    assert.ok(raisesGeneralProtection(() => mmu.writeCr3(mmu.readCr3() | KEEP)));
  });
});

describe("33. INVLPG", () => {
  test("drops the page of the current PCID", () => {
    const contexts = cachedFor(1n);
    contexts.enter(1n);
    contexts.mmu.invalidatePage(AT);
    assert.equal(contexts.frame(), NEW);
  });
  test("leaves another PCID's", () => {
    const contexts = cachedFor(1n);
    contexts.mmu.invalidatePage(AT);
    assert.equal(seenBy(contexts, 1n), OLD);
  });
  test("drops a global page whoever cached it", () => {
    const contexts = cachedFor(1n, FULL | G);
    contexts.mmu.invalidatePage(AT);
    assert.equal(contexts.frame(), NEW);
  });
  test("drops every entry above of the current PCID, and none of another", () => {
    for (const [current, isKept] of [
      [1n, false],
      [2n, true],
    ] as const) {
      const contexts = new Contexts();
      contexts.map(ELSEWHERE, OLD, FULL);
      contexts.map(ELSEWHERE + 4096n, OLD, FULL);
      contexts.enter(1n);
      assert.ok(contexts.passes(ELSEWHERE, READ));
      contexts.set(contexts.entryAt(ELSEWHERE, 2), 0n);
      contexts.enter(current);
      contexts.mmu.invalidatePage(AT);
      contexts.enter(1n);
      assert.equal(contexts.passes(ELSEWHERE + 4096n, READ), isKept);
    }
  });
});

test("a page fault drops what is cached for its address and PCID, and no other PCID's", () => {
  const contexts = cachedFor(1n);
  contexts.set(contexts.entryAt(AT, 1), 0n);
  contexts.enter(2n);
  assert.equal(contexts.pageFault(AT, READ), 0);
  assert.equal(seenBy(contexts, 1n), OLD);
});

describe("34. INVPCID", () => {
  // Type, PCID, address; what PCIDs 1 and 2 and a global translation are afterwards, if they were cached at AT.
  const cases: [string, bigint, bigint, bigint, bigint, bigint, bigint][] = [
    ["one address of one PCID", Type.ADDRESS, 1n, AT, NEW, OLD, OLD],
    ["another address of it", Type.ADDRESS, 1n, ELSEWHERE, OLD, OLD, OLD],
    ["one PCID", Type.CONTEXT, 1n, 0n, NEW, OLD, OLD],
    ["everything", Type.EVERYTHING, 0n, 0n, NEW, NEW, NEW],
    ["all that is not global", Type.ALL_CONTEXTS, 0n, 0n, NEW, NEW, OLD],
  ];
  for (const [name, type, pcid, address, first, second, global] of cases) {
    test(`of ${name}`, () => {
      for (const [owner, flags, expected] of [
        [1n, FULL, first],
        [2n, FULL, second],
        [1n, FULL | G, global],
      ] as const) {
        const contexts = cachedFor(owner, flags);
        contexts.mmu.invalidateContext(type, pcid, address);
        assert.equal(seenBy(contexts, owner), expected, `PCID ${owner}, flags ${flags}`);
      }
    });
  }
  for (const [name, type, address, isKept] of [
    ["one address drops the entries above it", Type.ADDRESS, ELSEWHERE + 4096n, false],
    ["one address leaves the entries above others", Type.ADDRESS, 0x4000_0000n, true],
    ["one PCID drops them all", Type.CONTEXT, 0n, false],
    ["all that is not global drops them", Type.ALL_CONTEXTS, 0n, false],
  ] as const) {
    test(`of ${name}`, () => {
      const contexts = new Contexts();
      contexts.map(ELSEWHERE, OLD, FULL);
      contexts.map(ELSEWHERE + 4096n, OLD, FULL);
      contexts.enter(1n);
      assert.ok(contexts.passes(ELSEWHERE, READ));
      contexts.set(contexts.entryAt(ELSEWHERE, 2), 0n);
      contexts.enter(2n);
      contexts.mmu.invalidateContext(type, type === Type.ALL_CONTEXTS ? 0n : 1n, address);
      contexts.enter(1n);
      assert.equal(contexts.passes(ELSEWHERE + 4096n, READ), isKept);
    });
  }
  test("of one address covers a whole large page", () => {
    const contexts = new Contexts();
    const leaf = contexts.map(1n << 30n, 1n << 30n, FULL, 2);
    contexts.enter(1n);
    for (const place of [0n, 0x9000n]) assert.ok(contexts.passes((1n << 30n) + place, READ));
    contexts.set(leaf, 0n);
    contexts.mmu.invalidateContext(Type.ADDRESS, 1n, (1n << 30n) + 0x12_3000n);
    for (const place of [0n, 0x9000n]) assert.equal(contexts.pageFault((1n << 30n) + place, READ), 0);
  });
  const refused: [string, bigint, bigint, bigint][] = [
    ["an unknown type", 4n, 0n, 0n],
    ["a type above 32 bits", 1n << 32n, 0n, 0n],
    ["reserved bits of its descriptor", Type.CONTEXT, 0x1000n, 0n],
    ["reserved bits where the PCID means nothing", Type.EVERYTHING, 1n << 63n, 0n],
    ["an address that is not canonical", Type.ADDRESS, 1n, 1n << 47n],
  ];
  for (const [name, type, pcid, address] of refused) {
    test(`refuses ${name}`, () => {
      const contexts = cachedFor(1n);
      assert.ok(raisesGeneralProtection(() => contexts.mmu.invalidateContext(type, pcid, address)));
      assert.equal(seenBy(contexts, 1n), OLD);
    });
  }
  test("looks at the address for one address alone", () => {
    const contexts = cachedFor(1n);
    contexts.mmu.invalidateContext(Type.CONTEXT, 1n, 1n << 47n);
    assert.equal(seenBy(contexts, 1n), NEW);
  });
  test("knows PCID 0 alone while CR4.PCIDE = 0", () => {
    for (const type of [Type.ADDRESS, Type.CONTEXT]) {
      const { mmu } = new Model();
      assert.ok(raisesGeneralProtection(() => mmu.invalidateContext(type, 1n, AT)));
      mmu.invalidateContext(type, 0n, AT);
    }
  });
  test("needs CPUID", () => {
    const { mmu } = new Model({}, { hide: Feature.INVPCID });
    assert.ok(raises(INVALID_OPCODE, () => mmu.invalidateContext(Type.EVERYTHING, 0n, 0n)));
    assert.equal(mmu.cpuid(7, 0, 1) & (1 << 10), 0);
    assert.equal(new Model().mmu.cpuid(7, 0, 1) & (1 << 10), 1 << 10);
  });
});

describe("36. CR4", () => {
  test("clearing PCIDE drops everything of every PCID, global or not", () => {
    for (const flags of [FULL, FULL | G]) {
      const contexts = cachedFor(1n, flags);
      contexts.mmu.writeCr4(contexts.mmu.readCr4() & ~Cr4.PCIDE);
      contexts.mmu.writeCr3(contexts.mmu.readCr3() & ~0xfffn);
      contexts.mmu.writeCr4(contexts.mmu.readCr4() | Cr4.PCIDE);
      assert.equal(seenBy(contexts, 1n), NEW);
    }
  });
  test("setting PCIDE keeps what is cached, for PCID 0", () => {
    const model = new Model();
    const leaf = model.map(AT, OLD, FULL);
    assert.ok(model.passes(AT, READ));
    model.set(leaf, NEW | FULL);
    model.mmu.writeCr4(model.mmu.readCr4() | Cr4.PCIDE);
    assert.equal(model.access(AT, READ, OLD, NEW).physical, OLD);
  });
  test("toggling PGE drops everything of every PCID", () => {
    const contexts = cachedFor(1n);
    contexts.flushAll();
    assert.equal(seenBy(contexts, 1n), NEW);
  });
});
