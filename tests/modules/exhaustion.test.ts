import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { before, describe, test } from "node:test";
import { decodeRecords } from "../../cli/records/decode.ts";
import { programReports } from "../../cli/records/document.ts";
import { Call } from "../../kernel/syscalls/abi.ts";
import { RecordKind } from "../../kernel/trace/records.ts";
import { bootPrograms as bootEmbedded, buildPrograms } from "../embedded/support/boot.ts";
import { bootPrograms } from "../support/boot.ts";
import { allocationCount, bringUpAllocations, checkShortageWithModules, type Boot } from "../support/shortage.ts";

/** Allocations fail in boots in which a module is loaded, replaced by a newer version, and unloaded. */

const SOURCES = ["service-1", "service-2", "upgrader"].map((name) => `tests/modules/programs/${name}.ts`);

describe("on the embedded machine", async () => {
  const programs = await buildPrograms(SOURCES);

  async function boot(failAllocation: number): Promise<Boot> {
    const { status, console, records } = await bootEmbedded(programs, { trace: true, failAllocation });
    return { status, console, records: decodeRecords(records) };
  }

  test("whichever allocation fails, bring-up panics readably, or nothing is lost", async (t) => {
    const plenty = await boot(0);
    assert.equal(plenty.status, 0, plenty.console);
    const [count, upgrade] = [allocationCount(plenty), beforeUpgrade(plenty)];
    t.diagnostic(`${count} allocations, ${count - upgrade} of them when the module is replaced and later`);
    assert.ok(upgrade > bringUpAllocations(plenty) + 200 && count > upgrade + 100);
    for (let n = 1; n <= count; n++) check(plenty, await boot(n), n);
  });
});

describe("on metal", { concurrency: 2 }, () => {
  let plenty: Boot;

  async function boot(failAllocation?: number): Promise<Boot> {
    const { result, console, records } = await bootPrograms("qemu", SOURCES, { aslr: false, failAllocation });
    return { status: result.status, console, records };
  }

  before(async () => {
    plenty = await boot();
    assert.equal(plenty.status, 0, plenty.console);
  });

  const choices: Readonly<Record<string, () => number>> = {
    "one of the zone's own tables": () => bringUpAllocations(plenty) + randomInt(1, 33),
    "one when the module is replaced, or later": () => randomInt(beforeUpgrade(plenty), allocationCount(plenty)) + 1,
  };
  for (const [what, choose] of Object.entries(choices)) {
    test(`${what} fails, and nothing is lost`, async (t) => {
      const n = choose();
      t.diagnostic(`allocation ${n} of ${allocationCount(plenty)}`);
      check(plenty, await boot(n), n);
    });
  }
});

/** A module that could not be replaced must be as it was: the program that tries ends with 2 if not. */
function check(plenty: Boot, short: Boot, n: number): void {
  checkShortageWithModules(plenty, short, n);
  const upgrader = programReports(short.records).find(({ name }) => name === "upgrader");
  assert.notEqual(upgrader?.exit, 2, `allocation ${n}: ${short.console.slice(-600)}`);
}

/** Allocations before the newer version is started. */
function beforeUpgrade({ status, console, records }: Boot): number {
  const spawned = records.findIndex(({ kind, first }) => kind === RecordKind.CALL && first === BigInt(Call.SPAWN));
  assert.ok(spawned > 0, console);
  return allocationCount({ status, console, records: records.slice(0, spawned) });
}
