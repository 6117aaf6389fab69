import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  Cr0,
  Cr4,
  EFER,
  Efer,
  Feature,
  Model,
  P,
  PAT_MSR,
  READ,
  RW,
  US,
  raisesGeneralProtection,
} from "./support/model.ts";

// The numbers are those of the SDM checklist: what the control registers accept.

describe("8. PAT", () => {
  const AT_RESET = 0x0007_0406_0007_0406n;
  test("has the value of reset", () => assert.equal(new Model().mmu.readMsr(PAT_MSR), AT_RESET));
  for (const type of [2n, 3n, 8n, 0xffn]) {
    test(`refuses memory type ${type}`, () => {
      const { mmu } = new Model();
      assert.ok(raisesGeneralProtection(() => mmu.writeMsr(PAT_MSR, type << 8n)));
      assert.equal(mmu.readMsr(PAT_MSR), AT_RESET);
    });
  }
  test("gives a page the type of its index", () => {
    const { mmu } = new Model();
    mmu.writeMsr(PAT_MSR, 0x0105_0406_0007_0406n);
    assert.deepEqual(
      [0, 1, 2, 3, 6, 7].map((index) => mmu.patType(index)),
      [6, 4, 7, 0, 5, 1],
    );
  });
});

describe("9. CR3", () => {
  for (const bit of [40n, 51n, 52n, 63n]) {
    test(`bit ${bit} is reserved`, () => {
      const { mmu } = new Model();
      const before = mmu.readCr3();
      assert.ok(raisesGeneralProtection(() => mmu.writeCr3(before | (1n << bit))));
      assert.equal(mmu.readCr3(), before);
    });
  }
  test("bits 11:0 are not part of the root's address", () => {
    const model = new Model();
    model.map(0x1000n, 0x30_0000n, P | RW | US);
    model.mmu.writeCr3(model.mmu.readCr3() | 0x18n);
    assert.ok(model.passes(0x1000n, READ));
  });
  test("another root is another space", () => {
    const model = new Model();
    model.map(0x1000n, 0x30_0000n, P | RW | US);
    assert.ok(model.passes(0x1000n, READ));
    model.mmu.writeCr3(0x70_0000n);
    assert.equal(model.pageFault(0x1000n, READ), 0);
  });
});

describe("17, 20. what CPUID does not offer cannot be turned on", () => {
  const bare = { efer: Efer.LME, cr4: Cr4.PAE };
  const bits: [string, number, bigint][] = [
    ["SMEP", Feature.SMEP, Cr4.SMEP],
    ["SMAP", Feature.SMAP, Cr4.SMAP],
    ["UMIP", Feature.UMIP, Cr4.UMIP],
    ["PGE", Feature.PGE, Cr4.PGE],
  ];
  for (const [name, feature, bit] of bits) {
    test(name, () => {
      const { mmu } = new Model(bare, { hide: feature });
      assert.ok(raisesGeneralProtection(() => mmu.writeCr4(mmu.readCr4() | bit)));
      const whole = new Model(bare).mmu;
      whole.writeCr4(whole.readCr4() | bit);
      assert.equal(whole.readCr4() & bit, bit);
    });
  }
  test("NXE", () => {
    const { mmu } = new Model(bare, { hide: Feature.NX });
    assert.ok(raisesGeneralProtection(() => mmu.writeMsr(EFER, Efer.LME | Efer.NXE)));
    assert.equal(mmu.readMsr(EFER) & Efer.NXE, 0n);
  });
  for (const bit of [12n, 16n, 18n, 22n, 23n, 24n, 32n, 63n]) {
    test(`CR4 bit ${bit}`, () => {
      const { mmu } = new Model();
      assert.ok(raisesGeneralProtection(() => mmu.writeCr4(mmu.readCr4() | (1n << bit))));
    });
  }
});

describe("36. PCIDE", () => {
  test("needs CPUID", () => {
    const { mmu } = new Model({}, { hide: Feature.PCID });
    assert.ok(raisesGeneralProtection(() => mmu.writeCr4(mmu.readCr4() | Cr4.PCIDE)));
  });
  test("needs CR3[11:0] = 0", () => {
    const { mmu } = new Model();
    mmu.writeCr3(mmu.readCr3() | 8n);
    assert.ok(raisesGeneralProtection(() => mmu.writeCr4(mmu.readCr4() | Cr4.PCIDE)));
    mmu.writeCr3(mmu.readCr3() & ~0xfffn);
    mmu.writeCr4(mmu.readCr4() | Cr4.PCIDE);
    assert.equal(mmu.readCr4() & Cr4.PCIDE, Cr4.PCIDE);
  });
  test("needs IA-32e mode", () => {
    assert.throws(() => new Model({ cr4: Cr4.PAE | Cr4.PCIDE }));
  });
  test("keeps paging on", () => {
    const { mmu } = new Model();
    mmu.writeCr4(mmu.readCr4() | Cr4.PCIDE);
    assert.ok(raisesGeneralProtection(() => mmu.writeCr0(Cr0.PE)));
  });
  test("makes bit 63 of a CR3 load an instruction, not a part of CR3", () => {
    const { mmu } = new Model();
    mmu.writeCr4(mmu.readCr4() | Cr4.PCIDE);
    mmu.writeCr3(0x5007n | (1n << 63n));
    assert.equal(mmu.readCr3(), 0x5007n);
  });
});

describe("CR0 and EFER", () => {
  test("CR0 refuses PG without PE, NW without CD, and its upper half", () => {
    const { mmu } = new Model();
    for (const value of [Cr0.PG, Cr0.PE | Cr0.PG | Cr0.NW, Cr0.PE | Cr0.PG | (1n << 32n)]) {
      assert.ok(
        raisesGeneralProtection(() => mmu.writeCr0(value)),
        value.toString(16),
      );
    }
  });
  test("64-bit mode cannot be left by clearing PG or PAE", () => {
    const { mmu } = new Model();
    assert.ok(raisesGeneralProtection(() => mmu.writeCr0(Cr0.PE)));
    assert.ok(raisesGeneralProtection(() => mmu.writeCr4(Cr4.PGE)));
  });
  test("paging cannot be turned on in long mode without PAE", () => {
    assert.throws(() => new Model({ cr4: 0n }));
  });
  test("LMA follows PG, and LME cannot change while PG is set", () => {
    const { mmu } = new Model();
    assert.equal(mmu.readMsr(EFER) & Efer.LMA, Efer.LMA);
    assert.ok(raisesGeneralProtection(() => mmu.writeMsr(EFER, Efer.NXE)));
    mmu.writeMsr(EFER, Efer.LME);
    assert.equal(mmu.readMsr(EFER), Efer.LME | Efer.LMA);
  });
  test("reserved bits of EFER and unknown registers are refused", () => {
    const { mmu } = new Model();
    assert.ok(raisesGeneralProtection(() => mmu.writeMsr(EFER, Efer.LME | 2n)));
    assert.ok(raisesGeneralProtection(() => mmu.readMsr(0x1234)));
    assert.ok(raisesGeneralProtection(() => mmu.writeMsr(0x1234, 0n)));
  });
});
