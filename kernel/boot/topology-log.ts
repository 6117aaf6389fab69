import { Style, style } from "../console/style";
import {
  newLine,
  padTo,
  print,
  printBytesCount,
  printDecimal,
  printHexShort,
  printLine,
  printPhysical,
} from "../console/text";
import { cpuNode, nodeCount, nodeDistance } from "../frames/nodes";
import { beginRuns, framesOfNode, nextRun, runFirst, runLast, runNode } from "../numa/runs";
import {
  cpuApicId,
  cpuCount,
  cpuState,
  CpuState,
  domainOf,
  hasDistances,
  oddityCount,
  oddityFirst,
  oddityText,
  ODDITY_COUNT,
  TopologySource,
  topologySource,
} from "../numa/topology";
import { RecordKind } from "../trace/records";
import { trace } from "../trace/trace";

/** Nodes as a person reads them: whose is which memory, which processors are near it, how far it is to the others. */
export function printTopology(): void {
  trace(RecordKind.TOPOLOGY, topologySource(), nodeCount(), 0);
  print("   nodes     ");
  printDecimal(nodeCount());
  printLine(sourceText());
  if (topologySource() != TopologySource.NONE) {
    for (let node: u32 = 0; node < nodeCount(); node++) printNode(node);
    if (hasDistances()) printDistances();
  }
  traceCpus();
  for (let kind: u32 = 0; kind < ODDITY_COUNT; kind++) printOddity(kind);
}

function sourceText(): string {
  if (topologySource() == TopologySource.SRAT) {
    return hasDistances()
      ? ", as the firmware's SRAT and SLIT say"
      : ", as the firmware's SRAT says; it has no SLIT, so no distances";
  }
  if (topologySource() == TopologySource.NONE) return ": the firmware tells of no more";
  return ", guessed from large holes in the memory map (experimental): nothing is known of distances and CPUs";
}

function printNode(node: u32): void {
  const frames = framesOfNode(node);
  trace(RecordKind.NODE, node, frames, domainOf(node));
  style(Style.HEADING);
  print("   node ");
  printDecimal(node);
  style(Style.PLAIN);
  padTo(13);
  printDecimal(frames);
  print(frames == 1 ? " frame (" : " frames (");
  printBytesCount(frames * 4096);
  print(")");
  if (topologySource() == TopologySource.SRAT) printCpus(node);
  newLine();
  beginRuns();
  while (nextRun()) if (runNode() == node) printRun(node);
}

function printRun(node: u32): void {
  trace(RecordKind.NODE_RANGE, runFirst(), runLast(), node);
  padTo(13);
  printPhysical(runFirst());
  print(" – ");
  printPhysical(runLast());
  newLine();
}

/** Those that are there or may come. */
function printCpus(node: u32): void {
  let found: u32 = 0;
  for (let cpu: u32 = 0; cpu < cpuCount(); cpu++) {
    if (cpuNode(cpu) != node) continue;
    print(found++ == 0 ? ", CPU " : ", ");
    printDecimal(cpu);
    if ((cpuState(cpu) & CpuState.ENABLED) == 0) print(" (absent)");
  }
  if (found == 0) print(", no CPU");
}

function printDistances(): void {
  print("   distance  to node");
  for (let to: u32 = 0; to < nodeCount(); to++) printCell(to, to);
  newLine();
  for (let from: u32 = 0; from < nodeCount(); from++) {
    print("     from node ");
    printDecimal(from);
    for (let to: u32 = 0; to < nodeCount(); to++) printDistance(from, to);
    newLine();
  }
}

function printDistance(from: u32, to: u32): void {
  trace(RecordKind.NODE_DISTANCE, from, to, nodeDistance(from, to));
  printCell(to, nodeDistance(from, to));
}

/** Right-aligned in a column of four. */
function printCell(column: u32, value: u32): void {
  padTo(22 + 4 * column + (value < 10 ? 2 : value < 100 ? 1 : 0));
  printDecimal(value);
}

function traceCpus(): void {
  for (let cpu: u32 = 0; cpu < cpuCount(); cpu++) {
    trace(RecordKind.NODE_CPU, cpu, cpuApicId(cpu), cpuNode(cpu) | (cpuState(cpu) << 8));
  }
}

function printOddity(kind: u32): void {
  const count = oddityCount(kind);
  if (count == 0) return;
  trace(RecordKind.TOPOLOGY_ODDITY, kind, count, oddityFirst(kind));
  style(Style.NOTICE);
  print("   note: ");
  printDecimal(count);
  print(" × ");
  print(oddityText(kind));
  print(": ");
  if (count > 1) print("the first ");
  printHexShort(oddityFirst(kind));
  newLine();
  style(Style.PLAIN);
}
