import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, test } from "node:test";
import { buddyinfo, freeBlocks, zoneinfo } from "../../cli/frames/linux.ts";
import { ownersTable } from "../../cli/frames/owners.ts";
import { countersAt, type Counters } from "../../cli/records/counters.ts";
import type { TraceRecord } from "../../cli/records/decode.ts";
import { frameAnswer } from "../../cli/frames/frame.ts";
import type { FrameRun } from "../../cli/frames/runs.ts";
import { FrameOwner } from "../../kernel/frames/owners.ts";
import { RangeKind } from "../../kernel/memory-map/kinds.ts";
import { CounterScope, CpuCounter, Hand, NodeCounter } from "../../kernel/trace/counters.ts";
import { RecordKind } from "../../kernel/trace/records.ts";
import { nitros } from "../support/command.ts";
import { holds } from "../support/property.ts";

/** `nitros boot --frames`: Linux's texts, and the table for people. */

function run(first: number, end: number, owner: number, node = 0): FrameRun {
  return { first, end, owner, node, holders: owner >= 17 ? 1 : 0 };
}

/** A machine of two nodes with some memory in each of Linux's zones. */
const MACHINE = [
  run(0, 2, FrameOwner.LOW),
  run(2, 16, FrameOwner.FREE),
  run(0x1000, 0x1400, FrameOwner.FREE),
  run(0x1400, 0x1403, FrameOwner.USER),
  run(0x10_0000, 0x10_1000, FrameOwner.FREE, 1),
  run(0x10_1000, 0x10_1002, FrameOwner.PAGE_TABLE, 1),
];

describe("buddyinfo", () => {
  test("has Linux's columns, and no line for a zone without RAM", () => {
    assert.equal(
      buddyinfo(MACHINE),
      "Node 0, zone      DMA      0      1      1      1      0      0      0      0      0      0      0 \n" +
        "Node 0, zone    DMA32      0      0      0      0      0      0      0      0      0      0      1 \n" +
        "Node 1, zone   Normal      0      0      0      0      0      0      0      0      0      0      4 \n",
    );
  });

  test("counts blocks as frames that merge with their buddies do", (t) => {
    const property = fc.property(fc.uniqueArray(fc.nat(5000), { maxLength: 300 }), (taken) => {
      const isTaken = new Set(taken);
      const runs = Array.from({ length: 5000 }, (_, frame) =>
        run(frame, frame + 1, isTaken.has(frame) ? FrameOwner.USER : FrameOwner.FREE),
      );
      assert.deepEqual(freeBlocks(joined(runs)), merged(isTaken, 5000));
    });
    holds(t, property, 50);
  });
});

function joined(runs: readonly FrameRun[]): FrameRun[] {
  const long: FrameRun[] = [];
  for (const next of runs) {
    const last = long.at(-1);
    if (last?.owner === next.owner) long.splice(-1, 1, { ...last, end: next.end });
    else long.push(next);
  }
  return long;
}

/** Naively: all free frames are blocks of order 0; then buddies that are both whole become one block, order by order. */
function merged(isTaken: ReadonlySet<number>, frames: number): number[] {
  let blocks = new Set(Array.from({ length: frames }, (_, frame) => frame).filter((frame) => !isTaken.has(frame)));
  const counts: number[] = [];
  for (let order = 0; order <= 10; order++) {
    const isWhole = (block: number) => block % 2 === 0 && blocks.has(block + 1);
    const next = order === 10 ? [] : [...blocks].filter(isWhole);
    counts.push(blocks.size - 2 * next.length);
    blocks = new Set(next.map((block) => block / 2));
  }
  return counts;
}

describe("zoneinfo", () => {
  test("counts what a zone spans, has, and has free, and each node's statistics once", () => {
    const zones = zoneinfo(MACHINE).split(/^(?=Node )/m);
    assert.equal(zones.length, 3);
    assert.match(zones[0]!, /zone      DMA\n  per-node stats\n      nr_anon_pages 3\n/);
    assert.match(zones[0]!, /pages free     14\n[\s\S]*spanned  16\n        present  16\n        managed  14\n/);
    assert.doesNotMatch(zones[1]!, /per-node/);
    assert.match(zones[2]!, /nr_page_table_pages 2\n  pages free     4096\n[\s\S]*start_pfn:           1048576\n$/);
  });

  test("gives each zone its part of the node's watermarks, by managed frames", () => {
    const zones = zoneinfo(MACHINE, COUNTERS).split(/^(?=Node )/m);
    // Node 0 has 14 managed frames in DMA and 1027 in DMA32; node 1 has all its frames in one zone.
    const [dma, dma32, normal] = zones.map((zone) => /min +(\d+)\n +low +(\d+)\n +high +(\d+)/.exec(zone)!.slice(1));
    assert.deepEqual(
      dma,
      [100, 200, 300].map((mark) => String(Math.floor((mark * 14) / 1041))),
    );
    assert.deepEqual(
      dma32,
      [100, 200, 300].map((mark) => String(Math.floor((mark * 1027) / 1041))),
    );
    assert.deepEqual(normal, ["7", "8", "9"]);
  });

  test("has what each CPU keeps in the zone in which it lies", () => {
    const counts = zoneinfo(MACHINE, COUNTERS)
      .split(/^(?=Node )/m)
      .map((zone) => [...zone.matchAll(/cpu: (\d+)\n +count: +(\d+)\n/g)].map(([, cpu, count]) => [cpu, count]));
    assert.deepEqual(counts, [
      [["0", "5"], ["1", "0"]],
      [["0", "7"], ["1", "0"]],
      [["0", "0"], ["1", "512"]],
    ]); // prettier-ignore
  });

  test("has only names that Linux has, in its order", () => {
    const ours = fieldNames(zoneinfo(MACHINE, COUNTERS));
    assert.deepEqual([...ours], LINUX_NAMES);
  });
});

/** Of a zone's lines in Linux 6's /proc/zoneinfo (mm/vmstat.c), those that are ours too, as they stand there. */
const LINUX_NAMES = [
  "  per-node stats",
  "      nr_anon_pages",
  "      nr_kernel_stack",
  "      nr_page_table_pages",
  "  pages free",
  "        boost",
  "        min",
  "        low",
  "        high",
  "        spanned",
  "        present",
  "        managed",
  "        cma",
  "        protection:",
  "      nr_free_pages",
  "  pagesets",
  "    cpu:",
  "              count:",
  "              high:",
  "              batch:",
  "  start_pfn:",
];

/** What a line begins with, up to its numbers; each once. */
function fieldNames(text: string): Set<string> {
  const names = text.split("\n").map((line) => line.replace(/[\d(].*$/, "").trimEnd());
  return new Set(names.filter((name) => name !== "" && !name.startsWith("Node")));
}

function record(kind: number, first: number, second: number, value: number): TraceRecord {
  return { time: 0n, task: 0, cpu: 0, kind, first: BigInt(first), second: BigInt(second), value: BigInt(value) };
}

function counter(scope: number, index: number, which: number, value: number): TraceRecord {
  return record(RecordKind.COUNTER, scope | (index << 16), which, value);
}

/** Two nodes with watermarks, and two CPUs: one with some of a word in each zone of node 0, one with an area of node 1. */
const COUNTERS: Counters = countersAt(0, [
  ...[NodeCounter.MINIMUM, NodeCounter.LOW, NodeCounter.HIGH].flatMap((mark, index) => [
    counter(CounterScope.NODE, 0, mark, 100 * (index + 1)),
    counter(CounterScope.NODE, 1, mark, 7 + index),
  ]),
  ...[0, 1].map((cpu) => counter(CounterScope.CPU, cpu, CpuCounter.NODE, cpu)),
  record(RecordKind.FRAMES_IN_HAND, 0, 5, Hand.UNKNOWN << 16),
  record(RecordKind.FRAMES_IN_HAND, 0x1040, 4, Hand.ZERO << 16),
  record(RecordKind.FRAMES_IN_HAND, 0x1080, 3, Hand.FREED << 16),
  record(RecordKind.FRAMES_IN_HAND, 0x10_0200, 512, 1 | (Hand.SHELF << 16)),
])!;

describe("who owns this frame", () => {
  const records = [
    record(RecordKind.MEMORY_RANGE, 0x100_0000, 0x1ff_ffff, RangeKind.FREE),
    record(RecordKind.MEMORY_RANGE, 0xfee0_0000, 0xfee0_0fff, RangeKind.MMIO),
    record(RecordKind.FRAME_RUN, 0x1400, 0x1402, FrameOwner.USER | (1 << 8) | (3 << 16)),
  ];

  test("any address in it is answered with owner, node, holders, and what the memory map had there", () => {
    assert.equal(
      frameAnswer(0x140_2fffn, records),
      "p0x1402fff, frame F1402\n  owner    user\n  node     1\n  holders  3\n  was      free, p0x1000000 – p0x1ffffff\n",
    );
  });

  test("what is no RAM is nobody's", () => {
    assert.match(frameAnswer(0x140_3000n, records), /owner    nobody: no RAM\n  was      free/);
    assert.match(frameAnswer(0xfee0_0010n, records), /nobody: no RAM\n  was      mmio, p0xfee00000 – p0xfee00fff/);
    assert.match(frameAnswer(0x3_0000_0000n, records), /nobody: no RAM\n  was      a hole in the memory map/);
  });

  test("a boot that did not come so far has no answer", () => assert.equal(frameAnswer(0n, []), ""));

  test("nitros boot answers by address and by number", async () => {
    const [byAddress, byNumber] = await Promise.all(["p0x1", "F0"].map((frame) => nitros(["boot", "--frames", frame])));
    assert.match(byAddress!.stdout, /^p0x1, frame F0\n  owner    low memory\n/);
    assert.equal(byNumber!.stdout, byAddress!.stdout.replace("p0x1,", "p0x0,"));
  });
});

test("nitros boot --frames counters has a table for each thing that is counted", async () => {
  const { status, stdout, stderr } = await nitros(["boot", "--frames", "counters"]);
  assert.equal(status, 0, stderr);
  for (const head of ["node", "order", "CPU", "owner", "kernel objects"])
    assert.match(stdout, new RegExp(`│ ${head} +│`));
  // All that a program had is free again.
  assert.match(stdout, /│ user +│ +0 │ +[1-9]\d* │/);
  assert.match(stdout, /│ region +│ +\d+ │ +0 │/);
});

test("the table for people has a line for each run and a sum for each owner", () => {
  const lines = ownersTable(MACHINE).split("\n");
  assert.match(lines[3]!, /^F1400 +– F1402 +node 0 +3 frames {2}user$/);
  assert.ok(lines.includes("     5134 frames  free"));
});

test("nitros boot --frames has the report alone on stdout, and the console on stderr", async () => {
  const { status, stdout, stderr } = await nitros(["boot", "hello", "--frames", "buddyinfo"]);
  assert.equal(status, 0, stderr);
  assert.match(stdout, /^(Node \d+, zone +(DMA|DMA32|Normal)( +\d+){11} \n)+$/);
  assert.match(stderr, /1 of 1 program ended well/);
});
