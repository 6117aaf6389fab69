import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Fault } from "./support/model.ts";
import { AC, Cr0, Cr4, Efer, Error_, FETCH, Model, P, READ, RW, US, USER, WRITE, XD } from "./support/model.ts";

// The numbers are those of the SDM checklist: who may do what.
const FULL = P | RW | US;
const AT = 0x1000n;
const FRAME = 0x30_0000n;
const { P: PRESENT, W, U, I } = Error_;
const PROTECTED = Cr4.PAE | Cr4.PGE | Cr4.SMEP | Cr4.SMAP;

function mapped(flags: bigint, registers = {}): Model {
  const model = new Model(registers);
  model.map(AT, FRAME, flags);
  return model;
}

describe("10. rights of all levels together", () => {
  for (const level of [4, 3, 2, 1]) {
    const without = (bit: bigint, wanted = 0n) => {
      const model = mapped(FULL);
      const entry = model.entryAt(AT, level);
      model.set(entry, (model.get(entry) & ~bit) | wanted);
      return model;
    };
    test(`U/S = 0 at level ${level} makes a supervisor page`, () => {
      const model = without(US);
      assert.equal(model.pageFault(AT, READ | USER), PRESENT | U);
      assert.ok(model.passes(AT, WRITE));
    });
    test(`R/W = 0 at level ${level} makes a read-only page`, () => {
      const model = without(RW);
      assert.ok(model.passes(AT, READ | USER));
      assert.equal(model.pageFault(AT, WRITE | USER), PRESENT | W | U);
      assert.equal(model.pageFault(AT, WRITE), PRESENT | W);
    });
    test(`XD = 1 at level ${level} forbids fetches, and fetches only`, () => {
      const model = without(0n, XD);
      assert.equal(model.pageFault(AT, FETCH | USER), PRESENT | U | I);
      assert.equal(model.pageFault(AT, FETCH), PRESENT | I);
      assert.ok(model.passes(AT, WRITE | USER));
    });
  }
});

test("11. the kernel's own accesses are a supervisor's, a program's are a user's", () => {
  const model = mapped(P | RW);
  model.mmu.kernelStore64(AT, 5n);
  assert.equal(model.mmu.kernelLoad64(AT), 5n);
  assert.throws(
    () => model.mmu.userLoad64(AT),
    (error: Fault) => error.vector === 14 && error.code === BigInt(PRESENT | U),
  );
});

test("12. a user access to a supervisor page faults with P = 1 and U/S = 1", () => {
  const model = mapped(P | RW);
  assert.equal(model.pageFault(AT, READ | USER), PRESENT | U);
  assert.equal(model.pageFault(AT, WRITE | USER), PRESENT | W | U);
});

test("13. with CR0.WP = 0 a supervisor writes read-only pages, a user does not; with WP = 1 neither", () => {
  const model = mapped(P | US, { cr0: Cr0.PG | Cr0.PE });
  assert.ok(model.passes(AT, WRITE));
  assert.equal(model.pageFault(AT, WRITE | USER), PRESENT | W | U);
  model.mmu.writeCr0(model.mmu.readCr0() | Cr0.WP);
  assert.equal(model.pageFault(AT, WRITE), PRESENT | W);
});

test("13. WP holds for what the TLB already has", () => {
  const model = mapped(P | US, { cr0: Cr0.PG | Cr0.PE });
  assert.ok(model.passes(AT, WRITE));
  model.mmu.writeCr0(model.mmu.readCr0() | Cr0.WP);
  assert.ok(model.passes(AT, READ));
  assert.equal(model.pageFault(AT, WRITE), PRESENT | W);
});

test("14. SMEP: a supervisor does not fetch from a user page, whatever XD says", () => {
  const model = mapped(FULL);
  assert.ok(model.passes(AT, FETCH));
  model.mmu.writeCr4(model.mmu.readCr4() | Cr4.SMEP);
  assert.equal(model.pageFault(AT, FETCH), PRESENT | I);
  assert.ok(model.passes(AT, FETCH | USER));
});

test("14. SMEP leaves supervisor pages alone", () => {
  assert.ok(mapped(P | RW, { cr4: PROTECTED }).passes(AT, FETCH));
});

test("15. SMAP: a supervisor's data access to a user page faults unless AC is set", () => {
  const model = mapped(FULL, { cr4: PROTECTED });
  assert.equal(model.pageFault(AT, READ), PRESENT);
  assert.equal(model.pageFault(AT, WRITE), PRESENT | W);
  assert.ok(model.passes(AT, READ | AC));
  assert.ok(model.passes(AT, WRITE | AC));
  assert.ok(model.passes(AT, WRITE | USER));
});

test("15. AC does not lift WP", () => {
  assert.equal(mapped(P | US, { cr4: PROTECTED }).pageFault(AT, WRITE | AC), PRESENT | W);
});

test("15. without SMAP a supervisor reaches user pages; with it, supervisor pages", () => {
  assert.ok(mapped(FULL).passes(AT, WRITE));
  assert.ok(mapped(P | RW, { cr4: PROTECTED }).passes(AT, WRITE));
});

test("16. AC is set inside a user copy and nowhere else", () => {
  const model = mapped(FULL, { cr4: PROTECTED });
  assert.equal(model.mmu.copyFromUser(model.mmu.scratchAt(), AT, 8), 8);
  assert.throws(
    () => model.mmu.kernelLoad64(AT),
    (error: Fault) => error.vector === 14 && error.code === BigInt(PRESENT),
  );
});

test("16. user copies stop at the first byte that faults", () => {
  const model = mapped(FULL, { cr4: PROTECTED });
  model.map(AT + 4096n, FRAME + 4096n, P | US);
  const scratch = model.mmu.scratchAt();
  assert.equal(model.mmu.copyFromUser(scratch, AT + 4000n, 5000), 4192);
  assert.equal(model.mmu.copyToUser(AT + 4000n, scratch, 5000), 96);
  assert.equal(model.mmu.copyToUser(0x0000_7fff_ffff_f000n, scratch, 10), 0);
  assert.equal(model.mmu.copyFromUser(scratch, 0x0000_8000_0000_0000n, 10), 0);
});

test("16. user copies carry the bytes", () => {
  const model = mapped(FULL);
  model.map(AT + 4096n, 0x40_0000n, FULL);
  const scratch = model.mmu.scratchAt();
  const linear = new Uint8Array(model.mmu.memory.buffer, scratch, 600).map((_, index) => index % 251);
  new Uint8Array(model.mmu.memory.buffer).set(linear, scratch);
  assert.equal(model.mmu.copyToUser(AT + 3800n, scratch, 600), 600);
  new Uint8Array(model.mmu.memory.buffer).fill(0, scratch, scratch + 600);
  assert.equal(model.mmu.copyFromUser(scratch, AT + 3800n, 600), 600);
  assert.deepEqual(new Uint8Array(model.mmu.memory.buffer, scratch, 600).slice(), linear);
});

test("17. with EFER.NXE = 0 fetches from any page that is mapped pass", () => {
  assert.ok(mapped(FULL, { efer: Efer.LME }).passes(AT, FETCH | USER));
});

test("a program executes a return and nothing else", () => {
  const model = mapped(FULL);
  model.mmu.userStore8(AT, 0xc3);
  model.mmu.userExecute(AT);
  model.mmu.userStore8(AT, 0x90);
  assert.throws(
    () => model.mmu.userExecute(AT),
    (error: Fault) => error.vector === 6 && error.code === 0n,
  );
});
