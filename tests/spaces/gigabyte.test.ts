import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MACHINE_NAMES } from "../../cli/values.ts";
import { RecordKind } from "../../kernel/trace/records.ts";
import { bootPrograms } from "../support/boot.ts";

/** A page of 1 GiB in a program, on both machines. */
const GIB_ORDER = 18n;

for (const machine of MACHINE_NAMES) {
  describe(`a program on ${machine}`, () => {
    test("gets a page of 1 GiB, has parts of it changed, shares it with a copy, and gives it back", async () => {
      const booted = await bootPrograms(machine, ["tests/spaces/programs/gigabyte.ts"], { memoryBytes: 4 * 2 ** 30 });
      assert.equal(booted.result.status, 0, `${booted.result.message}\n${booted.console}`);
      assert.match(booted.console, /gigabyte \| wrong: 0\n/);
      assert.match(booted.console, /all their frames are back/);
      const of = (kind: number) => booted.records.filter((record) => record.kind === kind);
      assert.equal(of(RecordKind.FRAME_ALLOCATED).filter(({ second }) => second === GIB_ORDER).length, 1);
      const exits = of(RecordKind.TASK_EXIT).map(({ value }) => value);
      assert.deepEqual(exits, [10n, 0n], "the copy's, and the program's");
      const promoted = of(RecordKind.PROMOTED).map(({ first }) => first % 2n ** 30n);
      assert.deepEqual(promoted, [2n ** 29n, 0n], "2 MiB became one page again, and then 1 GiB");
    });
  });
}
