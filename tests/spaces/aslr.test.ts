import assert from "node:assert/strict";
import { test } from "node:test";
import { SpaceMachine, usualModule } from "./support/machine.ts";

/** Bases as they are drawn for tasks: how many bits, how evenly, and that none reaches out of its slot. A fixed seed, so that nothing is left to luck. */

const TASKS = 10_000;
const SLOT_PAGES = 2 ** 32;
/** Bits of a base, in pages, that a chi-square test looks at together. */
const GROUP_BITS = 8;
/** 255 degrees of freedom: chance exceeds this once in ten thousand. */
const MOST_CHI_SQUARE = 346;

/** UserSlot, of kernel/address/layout.ts, which Node cannot read. */
const UserSlot = { TEXT: 1n, HEAP: 2n, MMAP: 3n, IPC: 5n, STACK: 6n } as const;

/** What a task has in each slot, in bytes: the largest that the kernel asks for is far below. */
const SLOTS = [
  { name: "text", slot: UserSlot.TEXT, bytes: 64n << 20n },
  { name: "heap", slot: UserSlot.HEAP, bytes: 64n << 20n },
  { name: "mmap", slot: UserSlot.MMAP, bytes: 0n },
  { name: "IPC", slot: UserSlot.IPC, bytes: 8192n },
  { name: "stack", slot: UserSlot.STACK, bytes: 1n << 20n },
];

const machine = new SpaceMachine(await usualModule());
machine.call("seedRandom", 0x6e_6974n);
/** Slot by slot for each task, as tasks are made. */
const bases = Array.from({ length: TASKS }, () =>
  SLOTS.map(({ slot, bytes }) => machine.kernel.wide("drawBase", slot, bytes)),
);

for (const [index, { name, slot, bytes }] of SLOTS.entries()) {
  const drawn = bases.map((task) => task[index]!);
  const pages = drawn.map((base) => Number(base / 4096n) - Number(slot) * SLOT_PAGES);

  test(`${name}: whole pages, within the slot, so that no two of a task overlap`, () => {
    for (const base of drawn) {
      assert.equal(base % 4096n, 0n);
      assert.ok(base >= slot << 44n && base + bytes <= (slot + 1n) << 44n, base.toString(16));
    }
  });

  test(`${name}: 32 bits, each evenly 0 and 1`, () => {
    for (let bit = 0; bit < 32; bit++) {
      const ones = pages.filter((page) => Math.floor(page / 2 ** bit) % 2 === 1).length;
      // Five standard deviations.
      assert.ok(Math.abs(ones - TASKS / 2) < 5 * Math.sqrt(TASKS / 4), `bit ${bit} is 1 in ${ones} of ${TASKS}`);
    }
    assert.ok(Math.max(...pages) < SLOT_PAGES);
  });

  test(`${name}: uniform in each group of ${GROUP_BITS} bits, and as seldom twice as 32 bits are`, () => {
    for (let shift = 0; shift < 32; shift += GROUP_BITS) {
      const found = chiSquare(pages.map((page) => Math.floor(page / 2 ** shift) % 2 ** GROUP_BITS));
      assert.ok(found < MOST_CHI_SQUARE, `bits ${shift} to ${shift + GROUP_BITS - 1}: ${found}`);
    }
    // 2^32 bases and 10,000 draws: 0.01 pairs are expected; with 24 bits it would be three.
    assert.ok(new Set(pages).size >= TASKS - 1);
  });
}

test("the bases of a task say nothing of each other", () => {
  for (let one = 0; one < SLOTS.length; one++) {
    for (let other = 0; other < one; other++) {
      const differences = bases.map((task) => Number(((task[one]! - task[other]!) >> 12n) & 0xffn));
      assert.ok(chiSquare(differences) < MOST_CHI_SQUARE, `${SLOTS[one]!.name} and ${SLOTS[other]!.name}`);
    }
  }
});

/** Of values below 2^GROUP_BITS, against all being alike. */
function chiSquare(values: readonly number[]): number {
  const counts = new Array<number>(2 ** GROUP_BITS).fill(0);
  for (const value of values) counts[value]! += 1;
  const expected = values.length / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}
