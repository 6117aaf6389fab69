import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Feature, Model, P, PAT_MSR, PCD, PWT, READ, RW, US } from "./support/model.ts";

/** 7, 8. The memory type of an access: SDM 3A 4.9.2 for the index, table 12-10 for the numbers, table 12-7 for what comes of it. */

const UC = 0;
const WC = 1;
const WT = 4;
const WP = 5;
const WB = 6;
const UC_MINUS = 7;

/** Another type for each index, in no order. */
const SHUFFLED = [WP, WC, WB, UC, UC_MINUS, WT, WC, WB];
const shuffled = SHUFFLED.reduceRight((value, type) => (value << 8n) | BigInt(type), 0n);

/** The lines of table 12-7 for memory that the MTRRs say is WB, and UC. */
const OF_RAM: Readonly<Record<number, number>> = { [UC]: UC, [UC_MINUS]: UC, [WC]: WC, [WT]: WT, [WB]: WB, [WP]: WP };
const OF_DEVICE: Readonly<Record<number, number>> = {
  [UC]: UC,
  [UC_MINUS]: UC,
  [WC]: WC,
  [WT]: UC,
  [WB]: UC,
  [WP]: UC,
};

const DEVICE = 0xfed0_0000n;
const SIZES = [
  { level: 1, frame: 0x30_0000n, pat: 1n << 7n },
  { level: 2, frame: 0x40_0000n, pat: 1n << 12n },
  { level: 3, frame: 0x4000_0000n, pat: 1n << 12n },
];

function bitsOf(index: number, pat: bigint): bigint {
  return ((index & 4) !== 0 ? pat : 0n) | ((index & 2) !== 0 ? PCD : 0n) | ((index & 1) !== 0 ? PWT : 0n);
}

describe("the memory type of an access", () => {
  for (const { level, frame, pat } of SIZES) {
    test(`to RAM is its page's, by PAT, PCD and PWT of an entry of level ${level}`, () => {
      const model = new Model();
      model.mmu.writeMsr(PAT_MSR, shuffled);
      SHUFFLED.forEach((type, index) => {
        const linear = BigInt(index + 1) << 32n;
        model.map(linear, frame, P | RW | US | bitsOf(index, pat), level);
        assert.equal(model.mmu.memoryTypeAt(linear), OF_RAM[type], `index ${index}, not cached`);
        assert.ok(model.passes(linear, READ));
        assert.equal(model.mmu.memoryTypeAt(linear), OF_RAM[type], `index ${index}, cached`);
      });
    });
  }

  test("to a device is uncached, unless its page is write-combining", () => {
    const model = new Model();
    model.mmu.writeMsr(PAT_MSR, shuffled);
    SHUFFLED.forEach((type, index) => {
      const linear = BigInt(index + 1) << 32n;
      model.map(linear, DEVICE, P | RW | bitsOf(index, 1n << 7n));
      assert.ok(model.passes(linear, READ));
      assert.equal(model.mmu.memoryTypeAt(linear), OF_DEVICE[type], `index ${index}`);
    });
  });

  test("is the old one after a change of the PAT, until the page is invalidated", () => {
    const model = new Model();
    model.map(0x1000n, 0x30_0000n, P | RW | US | PWT);
    assert.ok(model.passes(0x1000n, READ));
    model.mmu.writeMsr(PAT_MSR, shuffled);
    assert.equal(model.mmu.memoryTypeAt(0x1000n), WT);
    model.mmu.invalidatePage(0x1000n);
    assert.equal(model.mmu.memoryTypeAt(0x1000n), WC);
  });

  test("is none where nothing is mapped", () => assert.equal(new Model().mmu.memoryTypeAt(0x1000n), 8));
});

describe("the HPET of the model, IA-PC HPET 1.0a, 2.3", () => {
  const REGISTERS = 0xffff_c000_0000_0000n;
  const COUNTER = REGISTERS + 0xf0n;

  function hpet(): Model["mmu"] {
    const model = new Model({}, { hide: Feature.SMAP });
    model.map(REGISTERS, DEVICE, P | RW | PCD | PWT);
    return model.mmu;
  }

  test("says what it is, and cannot be told otherwise", () => {
    const mmu = hpet();
    const said = BigInt.asUintN(64, mmu.kernelLoad64(REGISTERS));
    assert.equal(said >> 32n, 10_000_000n, "100 MHz");
    assert.notEqual(said & 0xffn, 0n, "a revision");
    assert.ok(((said >> 8n) & 31n) >= 2n, "three comparators or more");
    mmu.kernelStore64(REGISTERS, 0n);
    assert.equal(BigInt.asUintN(64, mmu.kernelLoad64(REGISTERS)), said);
  });

  test("counts while it is enabled, from what was written while it was not", () => {
    const mmu = hpet();
    assert.equal(mmu.kernelLoad64(COUNTER), 0n);
    assert.equal(mmu.kernelLoad64(COUNTER), 0n);
    mmu.kernelStore64(COUNTER, 5000n);
    mmu.kernelStore64(REGISTERS + 0x10n, 1n);
    const first = mmu.kernelLoad64(COUNTER);
    const second = mmu.kernelLoad64(COUNTER);
    assert.ok(first > 5000n && second > first && second < 5100n, `${first}, ${second}`);
    mmu.kernelStore64(REGISTERS + 0x10n, 0n);
    const stopped = mmu.kernelLoad64(COUNTER);
    assert.ok(stopped > second && stopped < 5100n);
    assert.equal(mmu.kernelLoad64(COUNTER), stopped);
    mmu.kernelStore64(REGISTERS + 0x10n, 1n);
    assert.ok(mmu.kernelLoad64(COUNTER) < stopped + 100n, "and goes on from there");
  });
});
