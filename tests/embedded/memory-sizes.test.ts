import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Phase } from "../../kernel/boot/phases.ts";
import { RecordKind } from "../../kernel/trace/records.ts";
import { bootPrograms, type Booted } from "../support/boot.ts";

/** Machines from too small to 64 GiB, with the modelled firmware and the boot agent. RAM that nobody touches costs this computer nothing. */

const MIB = 2 ** 20;
const GIB = 2 ** 30;

function boot(memoryBytes: number): Promise<Booted> {
  return bootPrograms("embedded", ["user/programs/hello.ts"], { memoryBytes, trace: false });
}

/** Counted work from power-on to the first program. */
function ticks({ records }: Booted): number {
  const loaded = records.find(({ kind, first }) => kind === RecordKind.PHASE && first === BigInt(Phase.TASKS));
  return Number(loaded!.value);
}

describe("a machine", { concurrency: 2 }, () => {
  for (const memoryBytes of [16 * MIB, 64 * MIB, GIB, 4 * GIB, 64 * GIB]) {
    test(`of ${memoryBytes / MIB} MiB runs a program, and all its frames come back`, async () => {
      const { result, console } = await boot(memoryBytes);
      assert.equal(result.status, 0, console);
      assert.match(console, /all their frames are back, zeroed/);
      assert.match(console, /^ {3}\|[.Kar]*K[.Kar]*\|$/m, "the kernel is nowhere in the picture of memory");
    });
  }

  test("of 12 MiB holds the kernel and no more: a readable panic", async () => {
    const { result, console } = await boot(12 * MIB);
    assert.equal(result.status, 70);
    assert.match(console, /too little memory/);
  });

  test("of 8 MiB has no room for the kernel's image: the boot agent says what it needs", async () => {
    const { result } = await boot(8 * MIB);
    assert.equal(result.status, 70);
    assert.match(result.message ?? "", /no room for the kernel: needs \d+ KiB in one piece; \d+ KiB were free/);
  });
});

/**
 * 2 MiB that are whole take two stores to their entry, and a 64th of two words of their tree; none of their 512 frames is looked at. Nine
 * ticks of the rest are the seventh of a frame that their part of the frame table takes, made zero (64 ticks a frame in this model).
 */
const MAX_TICKS_PER_AREA = 14;

test("a boot's work grows by a few steps for 2 MiB: frames are not looked at one by one", async (t) => {
  const [small, large] = [ticks(await boot(GIB)), ticks(await boot(64 * GIB))];
  const each = (large - small) / ((63 * GIB) / (2 * MIB));
  t.diagnostic(`${small} ticks with 1 GiB, ${large} with 64 GiB: ${each.toFixed(1)} for each 2 MiB`);
  assert.ok(each < MAX_TICKS_PER_AREA);
});
