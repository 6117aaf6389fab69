import { CpuCache } from "./cpu-cache";
import { nearestNode, nodeCount } from "./nodes";
import { Policy } from "./policy";

export const NO_NODE: u32 = 0xffff_ffff;

/**
 * Where somebody's memory is to come from. Whoever has memory allocated keeps one (a task, a region): an interleaving one remembers whose
 * turn it is. Used by one CPU at a time. All zeros is the default.
 *
 *     byte  size  field
 *        0     4  Policy
 *        4     4  node, or set of nodes: bit n is node n
 *        8     4  node from which on the next turn is looked for
 *       12        end
 */
@unmanaged
@final
export class Placement {
  policy: u32;
  nodes: u32;
  turn: u32;

  set(policy: u32, nodes: u32): void {
    this.policy = policy;
    this.nodes = nodes;
    this.turn = 0;
  }

  byDefault(): void {
    this.set(Policy.DEFAULT, 0);
  }

  prefer(node: u32): void {
    assert(node < nodeCount(), "there is no such node");
    this.set(Policy.PREFER, node);
  }

  strict(node: u32): void {
    assert(node < nodeCount(), "there is no such node");
    this.set(Policy.STRICT, node);
  }

  /** `nodes` is a set that is not empty: bit n is node n. */
  interleave(nodes: u32): void {
    assert(nodes != 0 && nodes >> nodeCount() == 0, "there is no such set of nodes");
    this.set(Policy.INTERLEAVE, nodes);
  }
}
if (offsetof<Placement>() != 12) ERROR("a placement is three words");

/** The node to try after `rank` others; `NO_NODE` when there is none to try any more. Some come twice. */
export function candidate(placement: Placement, cache: CpuCache, rank: u32): u32 {
  if (placement.policy == Policy.INTERLEAVE) return interleaved(placement, rank);
  if (placement.policy == Policy.STRICT) return rank == 0 ? placement.nodes : NO_NODE;
  const from = placement.policy == Policy.PREFER ? placement.nodes : cache.node;
  return rank < nodeCount() ? nearestNode(from, rank) : NO_NODE;
}

/** The set from the turn on, then all nodes by distance. */
function interleaved(placement: Placement, rank: u32): u32 {
  let node = nextOf(placement.nodes, placement.turn);
  const members = <u32>popcnt<u32>(placement.nodes);
  if (rank >= members) return rank - members < nodeCount() ? nearestNode(node, rank - members) : NO_NODE;
  for (let i: u32 = 0; i < rank; i++) node = nextOf(placement.nodes, node + 1);
  return node;
}

/** The first member of a set from `from` on, or of all when there is none. */
function nextOf(nodes: u32, from: u32): u32 {
  const rest = from < 32 ? (nodes >> from) << from : 0;
  return <u32>ctz<u32>(rest != 0 ? rest : nodes);
}

/** `node` has served: the next turn is that of the member after it, or, when it is no member, after the one whose turn it was. */
export function endTurn(placement: Placement, node: u32): void {
  if (placement.policy != Policy.INTERLEAVE) return;
  const isMember = ((placement.nodes >> node) & 1) != 0;
  placement.turn = (isMember ? node : nextOf(placement.nodes, placement.turn)) + 1;
}
