/**
 * Nodes of memory: which CPU belongs to which, and how far they are from one another. The topology (ACPI's SRAT and SLIT) is told here
 * before the frames are described; without it there is one node, and every CPU is in it.
 *
 *     nodesForget(), setNodeCount(n), setNodeDistance(from, to, d)…, setCpuNode(cpu, node)…
 *
 * Distances are SLIT's (ACPI 6.5 §5.2.17): 10 is local, 20 twice as far, 255 not reachable. Each node's neighbours are kept in order, a
 * row for each:
 *
 *     byte  0       1        2             of row `from`: numbers of nodes
 *           from    next     next but one
 */
export const MAX_NODES: u32 = 16;
export const LOCAL_DISTANCE: u32 = 10;
/** What is taken for true between nodes of which nothing was said. */
export const REMOTE_DISTANCE: u32 = 20;

const distances = memory.data(1024, 4);
if (16 * 16 * 4 != 1024) ERROR("distances has a u32 for each pair of MAX_NODES nodes");
const neighbours = memory.data(256);
if (16 * 16 != 256) ERROR("neighbours has a byte for each pair of MAX_NODES nodes");
const CPU_LIMIT: u32 = 64;
const cpuNodes = memory.data(64);

let count: u32 = 1;
nodesForget();

/** One node, all CPUs in it. */
export function nodesForget(): void {
  for (let cpu: u32 = 0; cpu < CPU_LIMIT; cpu++) store<u8>(cpuNodes + cpu, 0);
  setNodeCount(1);
}

/** Nodes are 0 to `nodes - 1`, all equally far from one another until more is said. `nodes` is 1 to `MAX_NODES`. */
export function setNodeCount(nodes: u32): void {
  assert(nodes > 0 && nodes <= MAX_NODES, "there are 1 to MAX_NODES nodes");
  count = nodes;
  for (let from: u32 = 0; from < nodes; from++) {
    for (let to: u32 = 0; to < nodes; to++) {
      store<u32>(distanceSlot(from, to), from == to ? LOCAL_DISTANCE : REMOTE_DISTANCE);
    }
    orderNeighbours(from);
  }
}

/** How far memory of node `to` is for a CPU of node `from`, as SLIT counts. */
export function setNodeDistance(from: u32, to: u32, distance: u32): void {
  assert(from < count && to < count, "there is no such node");
  store<u32>(distanceSlot(from, to), distance);
  orderNeighbours(from);
}

export function setCpuNode(cpu: u32, node: u32): void {
  assert(cpu < CPU_LIMIT && node < count, "there is no such CPU, or no such node");
  store<u8>(cpuNodes + cpu, <u8>node);
}

export function nodeCount(): u32 {
  return count;
}

export function cpuNode(cpu: u32): u32 {
  return load<u8>(cpuNodes + cpu);
}

export function nodeDistance(from: u32, to: u32): u32 {
  return load<u32>(distanceSlot(from, to));
}

/** The node that is `rank` places from the nearest: 0 is `from` itself, whatever its distances say; the lower number among equals. */
export function nearestNode(from: u32, rank: u32): u32 {
  return load<u8>(neighbours + from * MAX_NODES + rank);
}

function distanceSlot(from: u32, to: u32): usize {
  return distances + <usize>(from * MAX_NODES + to) * 4;
}

/** Insertion into a row that starts with the node itself. */
function orderNeighbours(from: u32): void {
  const row = neighbours + <usize>(from * MAX_NODES);
  store<u8>(row, <u8>from);
  let sorted: u32 = 1;
  for (let to: u32 = 0; to < count; to++) {
    if (to == from) continue;
    let at = sorted++;
    for (; at > 1 && nodeDistance(from, load<u8>(row + at - 1)) > nodeDistance(from, to); at--) {
      store<u8>(row + at, load<u8>(row + at - 1));
    }
    store<u8>(row + at, <u8>to);
  }
}
