import { PAGE_SHIFT } from "../address/pages";
import { isRam } from "../memory-map/kinds";
import { rangeCount, rangeFirst, rangeKind, rangeLast } from "../memory-map/ranges";
import { nodeAt, sameNodeUntil } from "./memory-ranges";

/**
 * RAM, whoever has it, in runs without a hole and of one node, ascending:
 *
 *     beginRuns(); while (nextRun()) … runFirst(), runLast(), runNode()
 */
let range: u32 = 0;
/** Where the next run begins, or the first RAM after it. */
let from: u64 = 0;
let first: u64 = 0;
let last: u64 = 0;

export function beginRuns(): void {
  range = 0;
  from = 0;
}

/** False after the last. */
export function nextRun(): bool {
  skipToRam();
  if (range == rangeCount()) return false;
  first = max<u64>(from, rangeFirst(range));
  do {
    last = sameNodeUntil(max<u64>(first, rangeFirst(range)), rangeLast(range));
    if (last != rangeLast(range)) break;
    range++;
  } while (continuesAt(last + 1));
  from = last + 1;
  return true;
}

function skipToRam(): void {
  while (range < rangeCount() && !isRam(rangeKind(range))) range++;
}

/** Is there RAM of the run's node at `address`, where the range before ended? */
function continuesAt(address: u64): bool {
  if (range == rangeCount() || !isRam(rangeKind(range))) return false;
  return rangeFirst(range) == address && nodeAt(address) == nodeAt(first);
}

export function runFirst(): u64 {
  return first;
}

export function runLast(): u64 {
  return last;
}

export function runNode(): u32 {
  return nodeAt(first);
}

/** Frames of RAM that a node has. */
export function framesOfNode(node: u32): u64 {
  let frames: u64 = 0;
  beginRuns();
  while (nextRun()) if (runNode() == node) frames += (last - first + 1) >> PAGE_SHIFT;
  return frames;
}
