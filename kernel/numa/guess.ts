import { isRam } from "../memory-map/kinds";
import { rangeCount, rangeFirst, rangeKind, rangeLast } from "../memory-map/ranges";
import { addDomain, domainCount, forgetDomains } from "./domains";
import { MAX_NODES } from "../frames/nodes";
import { addMemoryRange, forgetMemoryRanges, setMemoryRangeNode } from "./memory-ranges";

/**
 * Experimental: nodes from the boot memory map, for want of a SRAT. RAM above a hole of `HOLE_BYTES` or more is another node, if the
 * hole lies above the first RAM above 4 GiB.
 *
 * Large machines give each socket a stretch of the address space of its own, much larger than its memory. A PC's holes are no such
 * borders: those below 4 GiB and the one across 4 GiB are for devices, whatever their size, and the 12 GiB below 1 TiB are
 * AMD's for HyperTransport. So an ordinary PC stays one node. Nothing is known of distances and of processors.
 */
export const HOLE_BYTES: u64 = 16 << 30;
const FOUR_GIB: u64 = 1 << 32;

let first: u64 = 0;
let last: u64 = 0;

/** Fills the tables of domains and memory ranges. False if there is nothing to tell nodes apart by. */
export function guessNodes(): bool {
  forgetMemoryRanges();
  forgetDomains();
  first = u64.MAX_VALUE;
  for (let i: u32 = 0; i < rangeCount(); i++) {
    if (!isRam(rangeKind(i))) continue;
    if (first == u64.MAX_VALUE) first = rangeFirst(i);
    else if (isBorder(rangeFirst(i))) endRegion(rangeFirst(i));
    last = rangeLast(i);
  }
  endRegion(u64.MAX_VALUE);
  return domainCount() > 1;
}

/** Is the hole from `last` to `next` one between nodes? */
function isBorder(next: u64): bool {
  return last > FOUR_GIB && next - last - 1 >= HOLE_BYTES && domainCount() + 1 < MAX_NODES;
}

function endRegion(next: u64): void {
  const node = domainCount();
  addDomain(node);
  addMemoryRange(first, last, node);
  setMemoryRangeNode(node, node);
  first = next;
}
