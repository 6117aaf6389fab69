import { FrameOwner, isReserved } from "../../kernel/frames/owners.ts";
import { framesOf, isFree, zoneParts, type FrameRun, type ZonePart } from "./runs.ts";

/**
 * The texts of Linux's `/proc/buddyinfo` and `/proc/zoneinfo` (mm/vmstat.c), so that what reads those reads these. Linux knows orders up to
 * 10; larger free blocks, which we have up to order 18, count as so many of order 10.
 */
const LAST_ORDER = 10;

export function buddyinfo(runs: readonly FrameRun[]): string {
  return zoneParts(runs).map(buddyLine).join("");
}

function buddyLine({ node, zone, runs }: ZonePart): string {
  const blocks = freeBlocks(runs).map((count) => `${count} `.padStart(7));
  return `Node ${node}, zone ${zone.padStart(8)} ${blocks.join("")}\n`;
}

/** Free blocks by order: each run of free frames cut into the largest naturally aligned pieces. */
export function freeBlocks(runs: readonly FrameRun[]): number[] {
  const counts = Array<number>(LAST_ORDER + 1).fill(0);
  for (const run of runs.filter(isFree)) {
    for (let frame = run.first; frame < run.end;) {
      const order = largestOrder(frame, run.end - frame);
      counts[order]! += 1;
      frame += 2 ** order;
    }
  }
  return counts;
}

function largestOrder(frame: number, frames: number): number {
  let order = 0;
  while (order < LAST_ORDER && frame % 2 ** (order + 1) === 0 && 2 ** (order + 1) <= frames) order += 1;
  return order;
}

export function zoneinfo(runs: readonly FrameRun[]): string {
  const parts = zoneParts(runs);
  return parts
    .map((part, index) => zoneText(part, parts[index - 1]?.node === part.node ? [] : nodeStats(runs, part.node)))
    .join("");
}

/** Watermarks of Linux's zones have no counterpart in ours: 0, which says that there is none. */
function zoneText({ node, zone, runs }: ZonePart, stats: readonly string[]): string {
  const free = framesOf(runs, isFree);
  const lines = [
    `Node ${node}, zone ${zone.padStart(8)}`,
    ...stats,
    `  pages free     ${free}`,
    ...["boost", "min", "low", "high"].map((name) => `        ${name.padEnd(8)} 0`),
    `        spanned  ${runs.at(-1)!.end - runs[0]!.first}`,
    `        present  ${framesOf(runs, () => true)}`,
    `        managed  ${framesOf(runs, ({ owner }) => !isReserved(owner))}`,
    `        cma      0`,
    `        protection: (0, 0, 0)`,
    `      nr_free_pages ${free}`,
    `  start_pfn:           ${runs[0]!.first}`,
  ];
  return lines.map((line) => `${line}\n`).join("");
}

/** Those of Linux's statistics of a node that we have too. */
function nodeStats(runs: readonly FrameRun[], node: number): string[] {
  const count = (wanted: number) => framesOf(runs, (run) => run.node === node && run.owner === wanted);
  const stats = [
    `nr_anon_pages ${count(FrameOwner.USER)}`,
    `nr_kernel_stack ${count(FrameOwner.KERNEL_STACK) * 4}`,
    `nr_page_table_pages ${count(FrameOwner.PAGE_TABLE)}`,
  ];
  return ["  per-node stats", ...stats.map((line) => `      ${line}`)];
}
