import { ownerName } from "../../kernel/frames/owners.ts";
import type { FrameRun } from "./runs.ts";

/** Who has which frame, for people: a line for each row of frames, then the sum of each owner. */
export function ownersTable(runs: readonly FrameRun[]): string {
  return [...runs.map(runLine), "", ...sumLines(runs)].map((line) => `${line}\n`).join("");
}

function runLine({ first, end, owner, node, holders }: FrameRun): string {
  const sharing = holders > 1 ? `, ${holders} holders` : "";
  return `${frameName(first)} – ${frameName(end - 1)}  node ${node}  ${frameCount(end - first)}  ${ownerName(owner)}${sharing}`;
}

function sumLines(runs: readonly FrameRun[]): string[] {
  const sums = new Map<number, number>();
  for (const { first, end, owner } of runs) sums.set(owner, (sums.get(owner) ?? 0) + end - first);
  const inOrder = [...sums].sort(([left], [right]) => left - right);
  return inOrder.map(([owner, frames]) => `${frameCount(frames)}  ${ownerName(owner)}`);
}

/** Numbers of frames as docs/VOCABULARY.md has them: "F1f". */
function frameName(frame: number): string {
  return `F${frame.toString(16)}`.padEnd(9);
}

function frameCount(frames: number): string {
  return `${frames} ${frames === 1 ? "frame " : "frames"}`.padStart(16);
}
