import { FrameOwner, isReserved } from "../../kernel/frames/owners.ts";
import type { Counters } from "../records/counters.ts";
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

/** `counters` are of the moment of `runs`; without them there are neither watermarks nor sets of pages. */
export function zoneinfo(runs: readonly FrameRun[], counters?: Counters): string {
  const parts = zoneParts(runs);
  return parts
    .map((part, index) => {
      const stats = parts[index - 1]?.node === part.node ? [] : nodeStats(runs, part.node);
      return zoneText(part, stats, watermarks(part, parts, counters), pagesets(part, counters));
    })
    .join("");
}

type Lines = readonly string[];

function zoneText({ node, zone, runs }: ZonePart, stats: Lines, marks: Lines, sets: Lines): string {
  const free = framesOf(runs, isFree);
  const lines = [
    `Node ${node}, zone ${zone.padStart(8)}`,
    ...stats,
    `  pages free     ${free}`,
    ...marks,
    `        spanned  ${runs.at(-1)!.end - runs[0]!.first}`,
    `        present  ${framesOf(runs, () => true)}`,
    `        managed  ${managed(runs)}`,
    `        cma      0`,
    `        protection: (0, 0, 0)`,
    `      nr_free_pages ${free}`,
    ...sets,
    `  start_pfn:           ${runs[0]!.first}`,
  ];
  return lines.map((line) => `${line}\n`).join("");
}

function managed(runs: readonly FrameRun[]): number {
  return framesOf(runs, ({ owner }) => !isReserved(owner));
}

/** Ours are a node's. A zone has the part of them that it has of the node's managed frames, rounded down, as Linux gives zones theirs. */
function watermarks(part: ZonePart, parts: readonly ZonePart[], counters: Counters | undefined): Lines {
  const ofNode = parts.filter(({ node }) => node === part.node);
  const all = ofNode.reduce((sum, { runs }) => sum + managed(runs), 0);
  const share = (frames: number) => (all === 0 ? 0 : Math.floor((frames * managed(part.runs)) / all));
  const { MINIMUM, LOW, HIGH } = counters?.nodes.get(part.node) ?? { MINIMUM: 0, LOW: 0, HIGH: 0 };
  const marks = { boost: 0, min: share(MINIMUM), low: share(LOW), high: share(HIGH) };
  return Object.entries(marks).map(([name, frames]) => `        ${name.padEnd(8)} ${frames}`);
}

const WORD_FRAMES = 64;
/** The most that a CPU keeps: its word, the one it frees into, and four areas of 512. */
const MOST_IN_HAND = 2 * WORD_FRAMES + 4 * 512;

/** What each CPU has of a zone for itself. */
function pagesets(part: ZonePart, counters: Counters | undefined): Lines {
  if (counters === undefined) return [];
  const sets = [...counters.cpus.keys()].flatMap((cpu) => [
    `    cpu: ${cpu}`,
    `              count:    ${inHand(part, counters, cpu)}`,
    `              high:     ${MOST_IN_HAND}`,
    `              batch:    ${WORD_FRAMES}`,
  ]);
  return ["  pagesets", ...sets];
}

/** A word or area lies in one zone of one node. */
function inHand({ runs }: ZonePart, { inHand }: Counters, cpu: number): number {
  const isHere = (first: number) => runs.some((run) => run.first < first + WORD_FRAMES && run.end > first);
  return inHand.reduce((sum, held) => sum + (held.cpu === cpu && isHere(held.first) ? held.frames : 0), 0);
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
