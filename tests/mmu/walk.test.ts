import assert from "node:assert/strict";
import { test } from "node:test";
import {
  A,
  D,
  Feature,
  G,
  Model,
  P,
  PCD,
  PS,
  PWT,
  READ,
  RW,
  US,
  USER,
  WRITE,
  XD,
  Error_,
  Efer,
} from "./support/model.ts";

// The numbers are those of the SDM checklist: how a linear address is walked.
const FULL = P | RW | US;
const { P: PRESENT, W, U, RSVD } = Error_;

test("1. index bits are 47:39, 38:30, 29:21, 20:12, and the offset is what is below", () => {
  const linear = (5n << 39n) | (6n << 30n) | (7n << 21n) | (8n << 12n) | 0x9abn;
  const model = new Model();
  model.set(0x1000n + 5n * 8n, 0x10_0000n | FULL);
  model.set(0x10_0000n + 6n * 8n, 0x10_1000n | FULL);
  model.set(0x10_1000n + 7n * 8n, 0x10_2000n | FULL);
  model.set(0x10_2000n + 8n * 8n, 0x12_3000n | FULL);
  assert.deepEqual(model.access(linear, READ, 0x12_3000n), { physical: 0x12_39abn });
});

test("1. a 2 MiB page takes bits 20:0 as its offset, a 1 GiB page bits 29:0", () => {
  const model = new Model();
  model.map(0x4000_0000n, 0x60_0000n, FULL, 2);
  assert.deepEqual(model.access(0x4012_3456n, READ, 0x72_3000n), { physical: 0x72_3456n });
  model.map(0x80_0000_0000n, 0x4000_0000n, FULL, 3);
  assert.deepEqual(model.access(0x80_1234_5678n, READ, 0x5234_5000n), { physical: 0x5234_5678n });
});

test("2. an address whose bits 63:47 differ is #GP(0), not #PF; those at the edges are canonical", () => {
  const model = new Model();
  for (const linear of [
    0x0000_8000_0000_0000n,
    0xffff_7fff_ffff_ffffn,
    0x8000_0000_0000_0000n,
    0x0001_0000_0000_0000n,
  ]) {
    assert.deepEqual(model.access(linear, READ), { fault: { vector: 13, error: 0, address: 0n } });
  }
  for (const linear of [0x0000_7fff_ffff_ffffn, 0xffff_8000_0000_0000n]) assert.equal(model.pageFault(linear, READ), 0);
});

test("3. P = 0: all other bits are ignored, the error code has P = 0, and nothing is cached", () => {
  const model = new Model();
  const leaf = model.map(0x1000n, 0n, (1n << 51n) | XD | US, 1);
  assert.equal(model.pageFault(0x1000n, READ | USER), U);
  model.set(leaf, 0x30_0000n | FULL);
  assert.deepEqual(model.access(0x1000n, READ | USER, 0x30_0000n), { physical: 0x30_0000n });
});

for (const level of [4, 3, 2, 1]) {
  test(`3. P = 0 at level ${level} faults with P = 0`, () => {
    const model = new Model();
    model.map(0x1000n, 0x30_0000n, FULL);
    const entry = model.entryAt(0x1000n, level);
    model.set(entry, model.get(entry) & ~P);
    assert.equal(model.pageFault(0x1000n, WRITE), W);
  });

  for (const bit of [40n, 45n, 51n]) {
    test(`4. bit ${bit}, beyond MAXPHYADDR, is reserved at level ${level}`, () => {
      const model = new Model();
      model.map(0x1000n, 0x30_0000n, FULL);
      const entry = model.entryAt(0x1000n, level);
      model.set(entry, model.get(entry) | (1n << bit));
      assert.equal(model.pageFault(0x1000n, READ), PRESENT | RSVD);
    });
  }

  test(`4. XD is reserved at level ${level} while EFER.NXE = 0`, () => {
    const model = new Model({ efer: Efer.LME });
    model.map(0x1000n, 0x30_0000n, FULL);
    assert.ok(model.passes(0x1000n, READ));
    const entry = model.entryAt(0x1000n, level);
    model.set(entry, model.get(entry) | XD);
    model.flushAll();
    assert.equal(model.pageFault(0x1000n, READ), PRESENT | RSVD);
  });

  for (const bit of [52n, 58n, 59n, 62n, 9n, 11n]) {
    test(`4. bit ${bit} is ignored at level ${level}`, () => {
      const model = new Model();
      model.map(0x1000n, 0x30_0000n, FULL);
      const entry = model.entryAt(0x1000n, level);
      model.set(entry, model.get(entry) | (1n << bit));
      assert.deepEqual(model.access(0x1000n, READ, 0x30_0000n), { physical: 0x30_0000n });
    });
  }
}

test("4. bit 7 of a PML4 entry is reserved", () => {
  const model = new Model();
  model.map(0x1000n, 0x30_0000n, FULL);
  const entry = model.entryAt(0x1000n, 4);
  model.set(entry, model.get(entry) | PS);
  assert.equal(model.pageFault(0x1000n, READ), PRESENT | RSVD);
});

for (const [level, bits] of [
  [2, [13n, 17n, 20n]],
  [3, [13n, 21n, 29n]],
] as const) {
  for (const bit of bits) {
    test(`4. bit ${bit} of a large page's entry at level ${level} is reserved`, () => {
      const model = new Model();
      model.map(0n, 0x4000_0000n | (1n << bit), FULL, level);
      assert.equal(model.pageFault(0n, WRITE | USER), PRESENT | RSVD | W | U);
    });
  }
}

test("4. without 1 GiB pages in CPUID, bit 7 of a PDPT entry is reserved", () => {
  const model = new Model({}, { hide: Feature.PAGE_1G });
  model.map(0n, 0x4000_0000n, FULL, 3);
  assert.equal(model.pageFault(0n, READ), PRESENT | RSVD);
});

test("5. CPUID tells MAXPHYADDR, and the highest frame below it is not reserved", () => {
  const model = new Model();
  assert.equal(model.mmu.cpuid(0x8000_0008, 0, 0) & 0xff, 40);
  model.mmu.ramDeclare((1n << 40n) - 4096n, 4096n);
  model.map(0x1000n, (1n << 40n) - 4096n, FULL);
  assert.ok(model.passes(0x1000n, READ));
});

test("6. bit 7 of a PTE is PAT: the page is 4 KiB", () => {
  const model = new Model();
  model.map(0x1000n, 0x30_0000n, FULL | PS, 1);
  assert.deepEqual(model.access(0x1abcn, READ, 0x30_0000n), { physical: 0x30_0abcn });
});

test("7. the PAT index is PAT * 4 + PCD * 2 + PWT, with PAT in bit 7 of a PTE and bit 12 of a large page", () => {
  const model = new Model();
  const cases: [number, bigint, bigint, number][] = [
    [1, 0x1000n, FULL | PS | PWT, 5],
    [1, 0x2000n, FULL | PCD | PWT, 3],
    [1, 0x3000n, FULL | PCD, 2],
    [2, 0x4000_0000n, FULL | (1n << 12n) | PCD, 6],
    [2, 0x4020_0000n, FULL, 0],
    [3, 0x80_0000_0000n, FULL | (1n << 12n), 4],
  ];
  for (const [level, linear, flags, index] of cases) {
    model.map(linear, 0x4000_0000n, flags, level);
    assert.equal(model.mmu.patIndexAt(linear), index, `not cached, ${linear.toString(16)}`);
    assert.ok(model.passes(linear, READ));
    assert.equal(model.mmu.patIndexAt(linear), index, `cached, ${linear.toString(16)}`);
  }
});

test("7. bits 3 and 4 of an entry that references a table do not make the page's type", () => {
  const model = new Model();
  model.map(0x1000n, 0x30_0000n, FULL, 1, FULL | PWT | PCD);
  assert.equal(model.mmu.patIndexAt(0x1000n), 0);
});

test("7. a large page's PAT bit is not part of its address", () => {
  const model = new Model();
  model.map(0n, 0x4000_0000n, FULL | (1n << 12n), 2);
  assert.deepEqual(model.access(0x10n, READ, 0x4000_0000n), { physical: 0x4000_0010n });
});

test("the flags G, A and D of a leaf are no part of its address", () => {
  const model = new Model();
  model.map(0x1000n, 0x30_0000n, FULL | G | A | D);
  assert.deepEqual(model.access(0x1001n, READ, 0x30_0000n), { physical: 0x30_0001n });
});
