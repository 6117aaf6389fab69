import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Model, raisesGeneralProtection } from "./support/model.ts";

/** The local APIC of the modelled processor: SDM 3A 10.12, x2APIC mode. */
const BASE = 0x1b;
const X2APIC = 1n << 10n;
const ENABLED = 1n << 11n;
const Register = { ID: 0x802, VERSION: 0x803, EOI: 0x80b, SPURIOUS: 0x80f, COMMAND: 0x830, LVT_TIMER: 0x832 };

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
