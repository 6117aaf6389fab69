import { madt, slit, srat } from "../bootinfo/bootinfo";
import { nodesForget, setCpuNode, setNodeCount } from "../frames/nodes";
import { isRam } from "../memory-map/kinds";
import { rangeCount, rangeFirst, rangeKind, rangeLast } from "../memory-map/ranges";
import { cpuCount, cpuDomain, cpuHasDomain } from "./cpus";
import { domainCount, forgetDomains, nodeOfDomain, NO_NODE } from "./domains";
import { guessNodes } from "./guess";
import { readCpus } from "./madt";
import { borderFrom, forgetMemoryRanges, isNamed } from "./memory-ranges";
import { forgetOddities, noteOddity } from "./oddities";
import { Oddity } from "./oddity";
import { readDistances } from "./slit";
import { TopologySource } from "./source";
import { readAffinities } from "./srat";

/**
 * Nodes, processors and distances, read once and told to the frames (`kernel/frames/nodes.ts`). Nothing here fails: what is odd is
 * noted and dealt with.
 */
export { CpuState } from "./cpu-state";
export { cpuApicId, cpuCount, cpuState } from "./cpus";
export { domainOf } from "./domains";
export { nodeAt, sameNodeUntil } from "./memory-ranges";
export { oddityCount, oddityFirst } from "./oddities";
export { Oddity, ODDITY_COUNT, oddityText } from "./oddity";
export { TopologySource } from "./source";

let source: u32 = TopologySource.NONE;
let isSlitSound: bool = false;

/** A TopologySource. */
export function topologySource(): u32 {
  return source;
}

/** Does the firmware tell distances? If not, all nodes are taken to be equally far from one another. */
export function hasDistances(): bool {
  return isSlitSound;
}

/** Needs `readMemoryMap` to have passed, and the tables to be where the firmware left them. */
export function readTopology(): void {
  forgetOddities();
  nodesForget();
  isSlitSound = false;
  readCpus(madt());
  source = readNodes();
  if (source == TopologySource.NONE) return;
  setNodeCount(domainCount());
  if (source == TopologySource.GUESSED) return;
  noteUnnamedRam();
  placeCpus();
  isSlitSound = readDistances(slit());
}

function readNodes(): u32 {
  if (readAffinities(srat())) return TopologySource.SRAT;
  if (guessNodes()) return TopologySource.GUESSED;
  forgetMemoryRanges();
  forgetDomains();
  return TopologySource.NONE;
}

/** A processor whose node nobody says is in node 0. */
function placeCpus(): void {
  for (let cpu: u32 = 0; cpu < cpuCount(); cpu++) {
    const node = cpuHasDomain(cpu) ? nodeOfDomain(cpuDomain(cpu)) : NO_NODE;
    if (node != NO_NODE) setCpuNode(cpu, node);
  }
}

function noteUnnamedRam(): void {
  for (let i: u32 = 0; i < rangeCount(); i++) if (isRam(rangeKind(i))) noteUnnamedIn(rangeFirst(i), rangeLast(i));
}

function noteUnnamedIn(first: u64, last: u64): void {
  for (let at = first; at <= last;) {
    if (!isNamed(at)) noteOddity(Oddity.RAM_WITHOUT_NODE, at);
    at = borderFrom(at, last) + 1;
  }
}
