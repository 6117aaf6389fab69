import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, test } from "node:test";
import { buddyinfo, freeBlocks, zoneinfo } from "../../cli/frames/linux.ts";
import { ownersTable } from "../../cli/frames/owners.ts";
import type { FrameRun } from "../../cli/frames/runs.ts";
import { FrameOwner } from "../../kernel/frames/owners.ts";
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
});

test("the table for people has a line for each run and a sum for each owner", () => {
  const lines = ownersTable(MACHINE).split("\n");
  assert.match(lines[3]!, /^F1400 +– F1402 +node 0 +3 frames {2}user$/);
  assert.ok(lines.includes("     5134 frames  free"));
});

test("nitros boot --frames has the report alone on stdout, and the console on stderr", async () => {
  const { status, stdout, stderr } = await nitros(["boot", "--frames", "buddyinfo"]);
  assert.equal(status, 0, stderr);
  assert.match(stdout, /^(Node \d+, zone +(DMA|DMA32|Normal)( +\d+){11} \n)+$/);
  assert.match(stderr, /1 of 1 program ended well/);
});
