import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Model, raisesGeneralProtection } from "./support/model.ts";

/** The local APIC of the modelled processor: SDM 3A 10.12, x2APIC mode. */
const BASE = 0x1b;
const X2APIC = 1n << 10n;
const ENABLED = 1n << 11n;
const Register = {
  ...{ ID: 0x802, VERSION: 0x803, EOI: 0x80b, SPURIOUS: 0x80f, COMMAND: 0x830, LVT_TIMER: 0x832 },
  ...{ INITIAL_COUNT: 0x838, CURRENT_COUNT: 0x839, DIVIDE: 0x83e },
};

function inX2apicMode() {
  const { mmu } = new Model();
  mmu.writeMsr(BASE, mmu.readMsr(BASE) | X2APIC);
  return mmu;
}

describe("the local APIC", () => {
  test("is enabled after reset, at its address, and this is the CPU that booted (10.4.4)", () => {
    assert.equal(new Model().mmu.readMsr(BASE), 0xfee0_0000n | ENABLED | (1n << 8n));
  });

  test("has no registers by MSR before it is in x2APIC mode (10.12.2)", () => {
    const { mmu } = new Model();
    assert.ok(raisesGeneralProtection(() => mmu.readMsr(Register.ID)));
    assert.ok(raisesGeneralProtection(() => mmu.writeMsr(Register.EOI, 0n)));
  });

  test("does not go back to xAPIC mode (10.12.5)", () => {
    const mmu = inX2apicMode();
    assert.ok(raisesGeneralProtection(() => mmu.writeMsr(BASE, mmu.readMsr(BASE) & ~X2APIC)));
  });

  test("keeps what may be written", () => {
    const mmu = inX2apicMode();
    mmu.writeMsr(Register.LVT_TIMER, 0x1_0020n);
    assert.equal(mmu.readMsr(Register.LVT_TIMER), 0x1_0020n);
    assert.equal(mmu.readMsr(Register.ID), 0n);
  });

  for (const [what, register, value] of [
    ["an end of interrupt that is not 0 (10.12.1.2)", Register.EOI, 1n],
    ["reserved bits of the spurious vector", Register.SPURIOUS, 1n << 13n],
    ["reserved bits of a command", Register.COMMAND, 1n << 20n],
    ["the id, which is read-only", Register.ID, 1n],
    ["the version, which is read-only", Register.VERSION, 0n],
    ["a command to itself, which is not modelled", Register.COMMAND, 0x4021n],
  ] as const) {
    test(`refuses ${what}`, () => {
      const mmu = inX2apicMode();
      assert.ok(raisesGeneralProtection(() => mmu.writeMsr(register, value)));
    });
  }

  test("refuses to read the end of interrupt, which is write-only", () => {
    const mmu = inX2apicMode();
    assert.ok(raisesGeneralProtection(() => mmu.readMsr(Register.EOI)));
  });

  test("loses an interrupt to a CPU that is not there", () => {
    const mmu = inX2apicMode();
    mmu.writeMsr(Register.COMMAND, (63n << 32n) | 0x4021n);
    mmu.writeMsr(Register.COMMAND, (1000n << 32n) | 0x4021n);
  });
});

describe("the local APIC's timer (10.5.4)", () => {
  const VECTOR = 0x20n;
  const ENABLED_BY_SOFTWARE = 0x12fn;
  const PERIODIC = 1n << 17n;
  const MASKED = 1n << 16n;
  /** Bits of the divide configuration by what they divide by. */
  const DIVIDE = { 1: 0b1011n, 2: 0b0000n, 16: 0b0011n, 128: 0b1010n } as const;

  function withTimer(entry: bigint, divideBy: keyof typeof DIVIDE, count: bigint) {
    const mmu = inX2apicMode();
    mmu.writeMsr(Register.SPURIOUS, ENABLED_BY_SOFTWARE);
    mmu.writeMsr(Register.LVT_TIMER, entry);
    mmu.writeMsr(Register.DIVIDE, DIVIDE[divideBy]);
    mmu.writeMsr(Register.INITIAL_COUNT, count);
    return mmu;
  }

  for (const divideBy of [1, 2, 16, 128] as const) {
    test(`counts every ${divideBy}th tick, interrupts at 0, and only once`, () => {
      const mmu = withTimer(VECTOR, divideBy, 6000n / BigInt(divideBy));
      mmu.waitMicroseconds(3);
      const left = Number(mmu.readMsr(Register.CURRENT_COUNT)) * divideBy;
      assert.ok(left >= 2900 - divideBy && left <= 3000, `${left}`);
      assert.equal(mmu.takeTimerInterrupt(), 0);
      mmu.waitMicroseconds(3);
      assert.equal(mmu.readMsr(Register.CURRENT_COUNT), 0n);
      assert.equal(mmu.takeTimerInterrupt(), Number(VECTOR));
      mmu.waitMicroseconds(1000);
      assert.equal(mmu.takeTimerInterrupt(), 0);
    });
  }

  test("interrupts again and again when it is periodic", () => {
    const mmu = withTimer(VECTOR | PERIODIC, 1, 5000n);
    for (let round = 0; round < 3; round++) {
      assert.equal(mmu.takeTimerInterrupt(), 0);
      mmu.waitMicroseconds(5);
      assert.equal(mmu.takeTimerInterrupt(), Number(VECTOR));
    }
  });

  test("is stopped by a count of 0", () => {
    const mmu = withTimer(VECTOR, 1, 5000n);
    mmu.writeMsr(Register.INITIAL_COUNT, 0n);
    mmu.waitMicroseconds(10);
    assert.equal(mmu.takeTimerInterrupt(), 0);
  });

  for (const [what, change] of [
    ["its vector is masked", (mmu) => mmu.writeMsr(Register.LVT_TIMER, VECTOR | MASKED)],
    ["software has disabled the APIC (10.4.7.2)", (mmu) => mmu.writeMsr(Register.SPURIOUS, 0x2fn)],
  ] as readonly [string, (mmu: Model["mmu"]) => void][]) {
    test(`does not interrupt when ${what}`, () => {
      const mmu = withTimer(VECTOR, 1, 5000n);
      change(mmu);
      mmu.waitMicroseconds(10);
      assert.equal(mmu.takeTimerInterrupt(), 0);
    });
  }

  test("has no deadlines of the time-stamp counter, which CPUID does not say there are", () => {
    const mmu = inX2apicMode();
    assert.equal(mmu.cpuid(1, 0, 2) & (1 << 24), 0);
  });
});
