import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import type { BootResult } from "../../machine/machine.ts";
import { readTables, type MappedRange } from "../../machine/qemu/tables.ts";
import type { TraceRecord } from "../../cli/records/decode.ts";
import { RecordKind } from "../../kernel/trace/records.ts";
import { SegmentRight } from "../../kernel/bootinfo/layout.ts";
import { lookAtLiveMachine } from "./live-machine.ts";

/** The page tables of a machine that runs a program, read from outside while it runs: what the kernel says of itself is not asked. */
const KERNEL_HALF = 0xffff_8000_0000_0000n;
const KERNEL_ZONE_LAST = 0xffff_8fff_ffff_ffffn;
const DIRECT_MAP_FIRST = 0xffff_a000_0000_0000n;
const DIRECT_MAP_LAST = 0xffff_bfff_ffff_ffffn;
const LARGE = 2n ** 21n;

let tables: MappedRange[] = [];
let segments: TraceRecord[] = [];
let result: BootResult;

before(async () => {
  const programs = ["tests/metal/programs/spin.ts"];
  result = await lookAtLiveMachine({ programs, ready: "| spinning\n" }, async ({ monitor, records }) => {
    await monitor.stop();
    tables = await readTables(monitor);
    segments = records.filter(({ kind }) => kind === RecordKind.SEGMENT);
    monitor.quit();
  });
});

describe("the live page tables", () => {
  test("were read while the program ran", () => {
    assert.equal(result.message, "QEMU was stopped");
    assert.ok(inUserHalf(tables).length >= 5, "text, rodata, data, heap, stack");
  });

  test("have no page that is both writable and executable", () => {
    assert.deepEqual(show(tables.filter(({ writable, executable }) => writable && executable)), []);
  });

  test("have no user page outside the user half, and no kernel page inside it", () => {
    assert.deepEqual(show(tables.filter(({ user, first }) => user !== first < KERNEL_HALF)), []);
    assert.deepEqual(show(tables.filter(({ global, user }) => global && user)), [], "no user page is global");
  });

  test("leave the first 64 KiB and the last user page unmapped", () => {
    assert.deepEqual(show(tables.filter(({ first }) => first < 0x10000n)), []);
    assert.deepEqual(show(tables.filter(({ first, last }) => first < KERNEL_HALF && last >= 0x7fff_ffff_f000n)), []);
  });

  test("have kernel text, and nothing else of the upper half, executable, in 2 MiB pages", () => {
    const executable = tables.filter(({ first, executable }) => executable && first >= KERNEL_HALF);
    assert.equal(executable.length, 1);
    assert.ok(executable[0]!.first <= KERNEL_ZONE_LAST);
    assert.equal(executable[0]!.pageBytes, LARGE);
  });

  test("give each kernel segment its own rights, the sealed one read-only", () => {
    assert.equal(segments.length, 4);
    for (const segment of segments) {
      const range = tables.find(({ first, last }) => first <= segment.first && segment.second <= last)!;
      assert.equal(range.pageBytes, LARGE);
      assert.equal(range.executable, (segment.value & BigInt(SegmentRight.EXECUTE)) !== 0n);
      const sealed = (segment.value & BigInt(SegmentRight.SEALED)) !== 0n;
      assert.equal(range.writable, (segment.value & BigInt(SegmentRight.WRITE)) !== 0n && !sealed);
    }
  });

  test("do not let the direct map write what the kernel may not write, nor execute anything", () => {
    const readOnly = tables.filter(
      ({ first, writable }) => first >= KERNEL_HALF && first <= KERNEL_ZONE_LAST && !writable,
    );
    const direct = tables.filter(({ first }) => first >= DIRECT_MAP_FIRST && first <= DIRECT_MAP_LAST);
    assert.ok(direct.length > 0 && readOnly.length > 0);
    assert.deepEqual(show(direct.filter(({ executable }) => executable)), []);
    const aliases = direct.filter((alias) => alias.writable && readOnly.some((kernel) => overlap(alias, kernel)));
    assert.deepEqual(show(aliases), []);
  });
});

function inUserHalf(ranges: readonly MappedRange[]): MappedRange[] {
  return ranges.filter(({ first }) => first < KERNEL_HALF);
}

function overlap(a: MappedRange, b: MappedRange): boolean {
  const end = (range: MappedRange) => range.physical + (range.last - range.first);
  return a.physical <= end(b) && b.physical <= end(a);
}

function show(ranges: readonly MappedRange[]): string[] {
  return ranges.map(({ first, last, writable, executable, user }) => {
    const rights = `${writable ? "w" : "-"}${executable ? "x" : "-"}${user ? "u" : "-"}`;
    return `${first.toString(16)}-${last.toString(16)} ${rights}`;
  });
}
