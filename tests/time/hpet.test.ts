import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Oddity } from "../../kernel/numa/oddity.ts";
import { HpetState } from "../../kernel/time/hpet-state.ts";
import { summed, structure } from "../numa/tables.ts";
import { ENTRY, SpaceMachine } from "../spaces/support/machine.ts";
import { compileKernelPart } from "../support/kernel-module.ts";
import { MIB } from "../support/memory-kernel.ts";

/** The HPET, from its table to its counter: what the firmware says may be wrong, and so may what the device says. */

const module = await compileKernelPart({ ...ENTRY, entry: "tests/time/entry.ts" });
/** Not aligned, as firmware may have it. */
const TABLE = 100n * MIB + 3n;
const REGISTERS = 0xfed0_0000n;
const PERIOD = 10_000_000n;
const WIDE = 1n << 13n;

interface Fields {
  readonly signature?: string;
  readonly length?: number;
  readonly space?: number;
  readonly registers?: bigint;
}

/** IA-PC HPET 1.0a, 3.2.4. */
function table({ signature = "HPET", length = 56, space = 0, registers = REGISTERS }: Fields): Uint8Array {
  const bytes = structure(56, [4, 4, length], [8, 1, 1], [40, 1, space], [41, 1, 64], [44, 8, registers]);
  bytes.set(Buffer.from(signature));
  return summed(bytes);
}

function machineWith(bytes: Uint8Array, at = TABLE): SpaceMachine {
  const machine = new SpaceMachine(module);
  bytes.forEach((byte, index) => machine.call("physStore8", TABLE + BigInt(index), byte));
  machine.call("readHpetTable", at);
  return machine;
}

describe("the HPET's table", () => {
  test("names its registers", () => {
    assert.equal(machineWith(table({})).kernel.wide("hpetRegisters"), REGISTERS);
  });

  const damaged = table({});
  damaged[50]! ^= 1;
  const ignored: readonly [string, Uint8Array, bigint, number | undefined][] = [
    ["there is none", table({}), 0n, undefined],
    ["it is another", table({ signature: "SRAT" }), TABLE, Oddity.TABLE_DAMAGED],
    ["it is a byte too short", table({ length: 55 }), TABLE, Oddity.TABLE_DAMAGED],
    ["it is longer than any", table({ length: 0x7fff_ffff }), TABLE, Oddity.TABLE_DAMAGED],
    ["its checksum is wrong", damaged, TABLE, Oddity.TABLE_CHECKSUM],
    ["it is not in RAM", table({}), 128n * MIB, Oddity.TABLE_OUTSIDE_RAM],
    ["it is half in RAM", table({}), 128n * MIB - 20n, Oddity.TABLE_OUTSIDE_RAM],
    ["it is nowhere", table({}), (1n << 64n) - 8n, Oddity.TABLE_OUTSIDE_RAM],
    ["its registers are at ports", table({ space: 1 }), TABLE, Oddity.HPET_AT_PORTS],
  ];
  for (const [what, bytes, at, oddity] of ignored) {
    test(`is ignored when ${what}`, () => {
      const machine = machineWith(bytes, at);
      assert.equal(machine.kernel.wide("hpetRegisters"), 0n);
      assert.equal(machine.call("openHpet"), HpetState.NO_TABLE);
      if (oddity !== undefined) assert.equal(machine.call("oddityCount", oddity), 1);
      assert.equal(machine.kernel.wide("clockRate"), 0n);
    });
  }
});

describe("the HPET", () => {
  test("is mapped, counts, and tells how fast the clock is", () => {
    const machine = machineWith(table({}));
    assert.equal(machine.call("openHpet"), HpetState.COUNTS);
    assert.equal(machine.kernel.wide("hpetPeriod"), PERIOD);
    const first = machine.kernel.wide("hpetCount");
    assert.ok(machine.kernel.wide("hpetCount") > first);
    machine.call("measureClock");
    assert.equal(machine.kernel.wide("clockRate"), 100_000_000n, "one tick a count of 10 ns");
    assert.equal(machine.kernel.wide("findMisplaced"), 0n);
  });

  for (const [what, registers] of [
    ["in RAM", 64n * MIB],
    ["across the end of RAM", 128n * MIB - 0x200n],
    ["beyond the processor's addresses", 1n << 40n],
    ["at the end of all addresses", (1n << 64n) - 8n],
    ["not at a word", REGISTERS + 4n],
  ] as const) {
    test(`is not opened when its registers are ${what}`, () => {
      const machine = machineWith(table({ registers }));
      assert.equal(machine.call("openHpet"), HpetState.NOT_MAPPED);
      assert.equal(machine.kernel.wide("hpetPeriod"), 0n);
    });
  }

  const odd: readonly [string, bigint, bigint, number][] = [
    ["counts in no time", WIDE, 1n, HpetState.BAD_PERIOD],
    ["takes longer for a count than it may", (0x05f5_e101n << 32n) | WIDE, 1n, HpetState.BAD_PERIOD],
    ["stands still", (PERIOD << 32n) | WIDE, 0n, HpetState.STANDS_STILL],
    ["takes as long as it may", (0x05f5_e100n << 32n) | WIDE, 1n, HpetState.COUNTS],
  ];
  for (const [what, said, speed, state] of odd) {
    test(`that ${what} is seen to`, () => {
      const machine = machineWith(table({}));
      machine.call("hpetDeclare", said, speed);
      assert.equal(machine.call("openHpet"), state);
      assert.equal(machine.kernel.wide("hpetPeriod"), state === HpetState.COUNTS ? said >> 32n : 0n);
    });
  }

  test("of 32 bits wraps around, and what is between two counts does not", () => {
    const machine = machineWith(table({}));
    machine.call("hpetDeclare", PERIOD << 32n, 0x5000_0000n);
    assert.equal(machine.call("openHpet"), HpetState.COUNTS);
    assert.ok(machine.kernel.wide("hpetCount") < 1n << 32n);
    assert.equal(machine.kernel.wide("hpetCountsBetween", 0xffff_ff00n, 0x100n), 0x200n);
  });

  test("of 64 bits is read as a whole when its lower half wraps around between the halves", () => {
    const machine = machineWith(table({}));
    machine.call("hpetDeclare", (PERIOD << 32n) | WIDE, 0x4000_0000n);
    assert.equal(machine.call("openHpet"), HpetState.COUNTS);
    let before = machine.kernel.wide("hpetCount");
    for (let i = 0; i < 50; i++) {
      const now = machine.kernel.wide("hpetCount");
      assert.ok(now > before && now - before < 0x4000_0000n * 40n, `${before.toString(16)}, ${now.toString(16)}`);
      before = now;
    }
  });
});
