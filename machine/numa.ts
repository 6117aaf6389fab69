import { merge, subtract } from "./firmware/ranges.ts";
import type { RamRange } from "./firmware/types.ts";

/** What `--numa N` asks for, the same on both machines: who has which memory and processors, and how far it is between nodes. */

/** `MAX_NODES` of kernel/frames/nodes.ts. */
export const MOST_NODES = 16;
/** Below this the kernel's own tables would be most of a node. */
const LEAST_MEBIBYTES = 16;
const MEBIBYTE = 2 ** 20;

/** Why a machine with this much memory cannot have so many nodes; undefined if it can. */
export function refuseNodes(nodes: number, memoryBytes: number): string | undefined {
  if (nodes > MOST_NODES) return `${nodes} nodes: the kernel has room for ${MOST_NODES}`;
  if (nodes === 1 || memoryBytes / nodes >= LEAST_MEBIBYTES * MEBIBYTE) return undefined;
  const [most, found] = [Math.floor(memoryBytes / MEBIBYTE / LEAST_MEBIBYTES), memoryBytes / MEBIBYTE];
  return `${nodes} nodes in ${found} MiB: each takes ${LEAST_MEBIBYTES} MiB at least, so at most ${Math.max(most, 1)}`;
}

/** Nodes of equal size in MiB; the last has what is left over. */
export function nodeMebibytes(mebibytes: number, nodes: number): number[] {
  const each = Math.floor(mebibytes / nodes);
  return Array.from({ length: nodes }, (_, node) => (node === nodes - 1 ? mebibytes - each * node : each));
}

/** Processors next to one another share a node. */
export function nodeOfCpu(cpu: number, cpus: number, nodes: number): number {
  return Math.floor((cpu * nodes) / cpus);
}

/** Distances as SLIT counts, of nodes in a ring, as sockets with two links each: 10 at home, 21 next door, 31 a door further. */
export function nodeDistance(from: number, to: number, nodes: number): number {
  const steps = Math.abs(from - to);
  const hops = Math.min(steps, nodes - steps);
  return hops === 0 ? 10 : 11 + 10 * hops;
}

export interface NodeMemory extends RamRange {
  readonly node: number;
}

/** Shares `memory` out in order of address. */
export function shareMemory(memory: readonly RamRange[], nodes: number): NodeMemory[] {
  const bytes = memory.reduce((sum, { start, end }) => sum + end - start, 0n);
  const whole = Number(bytes / BigInt(MEBIBYTE));
  let rest = merge(memory);
  return nodeMebibytes(whole, nodes).flatMap((mebibytes, node) => {
    const isLast = node === nodes - 1;
    const share = isLast ? rest : takeFirst(rest, BigInt(mebibytes) * BigInt(MEBIBYTE));
    rest = subtract(rest, share);
    return share.map((range) => ({ ...range, node }));
  });
}

function takeFirst(ranges: readonly RamRange[], bytes: bigint): RamRange[] {
  let left = bytes;
  return ranges.flatMap(({ start, end }) => {
    const stop = start + left < end ? start + left : end;
    left -= stop - start;
    return start < stop ? [{ start, end: stop }] : [];
  });
}

/** Where a PC has video memory and firmware below 1 MiB, whatever memory there is behind them. */
const PC_HOLE: RamRange = { start: 0xa_0000n, end: 0x10_0000n };

/** Shares of a PC's memory modules, as QEMU has them: the hole below 1 MiB counts, though it is nobody's. */
export function sharePcMemory(installed: readonly RamRange[], nodes: number): NodeMemory[] {
  return shareMemory(installed, nodes).flatMap((share) =>
    subtract([share], [PC_HOLE]).map((range) => ({ ...range, node: share.node })),
  );
}
