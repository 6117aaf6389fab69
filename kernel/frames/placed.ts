import { giveLarge, giveSmall, takeKept } from "./allocator";
import { areaNode } from "./areas";
import { takeAreasOf, takeSmallOf } from "./blocks";
import { CpuCache, ownCache } from "./cpu-cache";
import { refused } from "./events";
import { Frame } from "./frame";
import { AREA_ORDER, MAX_ORDER } from "./freeing";
import { NO_ORDINAL } from "./locate";
import { NodeCount } from "./node-count";
import { addNodeCount } from "./node-words";
import { isAllocatable } from "./owners";
import { candidate, endTurn, NO_NODE, Placement } from "./placement";
import { Policy } from "./policy";
import { NO_LIMIT } from "./preference";
import { feelPressure, reclaim } from "./pressure";
import { refillFromNode } from "./refill";
import { AREA_WORDS } from "./spans";
import { NO_AREA } from "./trees";
import { isDenied } from "./watched";

/**
 * Memory from where a placement says. A frame of the CPU's own word when that is of the node; else one of the node's areas, under its
 * lock: slower than `allocateFrame`, but no slower the more RAM there is.
 */

/** 2^order zeroed frames in a row, all of one node, from where `placement` says; or `Frame.none()`. */
export function allocateBlockPlaced(order: u32, placement: Placement, owner: u32): Frame {
  assert(isAllocatable(owner), "frames are not allocated for this owner");
  if (order > MAX_ORDER || isDenied()) return refused(order);
  const cache = ownCache();
  feelPressure(cache);
  let first = allocateByRank(cache, order, placement, owner);
  if (first.isNone && reclaim(cache, candidate(placement, cache, 0), (<u32>1) << order))
    first = allocateByRank(cache, order, placement, owner);
  return first.isNone ? refused(order) : first;
}

function allocateByRank(cache: CpuCache, order: u32, placement: Placement, owner: u32): Frame {
  const wanted = candidate(placement, cache, 0);
  for (let rank: u32 = 0, node = wanted; node != NO_NODE; node = candidate(placement, cache, ++rank)) {
    const frame = allocateOf(cache, node, order, wanted, owner);
    if (frame.isNone) continue;
    if (placement.policy == Policy.INTERLEAVE && node == wanted) addNodeCount(node, NodeCount.INTERLEAVED, 1);
    endTurn(placement, node);
    return frame;
  }
  return Frame.none();
}

/** From `node` alone, though `wanted` from elsewhere. */
function allocateOf(cache: CpuCache, node: u32, order: u32, wanted: u32, owner: u32): Frame {
  if (order == 0 && hasKept(cache, node)) return takeKept(cache, owner);
  if (order >= AREA_ORDER) {
    const area = takeAreasOf(cache, node, (<u32>1) << (order - AREA_ORDER), owner, NO_LIMIT);
    return area == NO_AREA ? Frame.none() : giveLarge(cache, area, order, wanted, owner);
  }
  const ordinal = takeSmallOf(cache, node, order, NO_LIMIT);
  return ordinal == NO_ORDINAL ? Frame.none() : giveSmall(cache, ordinal, order, wanted, owner);
}

/** Has the CPU a frame of `node` in its own word? Its own node's it gets there; others are not for everybody who asks it. */
function hasKept(cache: CpuCache, node: u32): bool {
  if ((cache.own | cache.unknown) == 0) return node == cache.node && refillFromNode(cache, node);
  return areaNode(cache.ownWord / AREA_WORDS) == node;
}
