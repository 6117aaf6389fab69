/** The kernel's bootinfo, memory map and frames, alone, and the physical memory that they work on: what their tests call. */
export * from "../../kernel/bootinfo/bootinfo";
export * from "../../kernel/memory-map/memory-map";
export { framesInitialise } from "../../kernel/boot/frames";
export * from "../../kernel/frames/bring-up";
export * from "../../kernel/frames/allocator";
export * from "../../kernel/frames/nodes";
export { countNew } from "../../kernel/frames/counts";
export { lockAddress, entryAddress, stateAddress, wordAddress } from "../../kernel/frames/table";
export { treeAdd, treeRemove } from "../../kernel/frames/trees";
export { drainTrace, traceEverything } from "../../kernel/trace/trace";
export { physLoad32, physLoad64, physLoad8, physStore32, physStore64, physStore8 } from "platform";
export { reportFrames } from "../../kernel/frames/report";
export { watchIfTraced } from "../../kernel/frames/watched";
export { freeFramesOf, totalFramesOf } from "../../kernel/frames/node-counts";
export { addNodeCount, nodeCountOf } from "../../kernel/frames/node-words";
import { Frame } from "../../kernel/frames/frame";
import { allocateBlockPlaced } from "../../kernel/frames/placed";
import { Placement } from "../../kernel/frames/placement";
import { Policy } from "../../kernel/frames/policy";
export { zeroInIdleTime } from "../../kernel/frames/idle";
export { allocateFrameColoured, setColours } from "../../kernel/frames/colours";
import { ColourSet } from "../../kernel/frames/colours";
import { ownCache } from "../../kernel/frames/cpu-cache";
import { locate } from "../../kernel/frames/locate";

/** The place of a frame in the frame table, which tests write to. */
export function ordinalOfFrame(frame: u32): u32 {
  return locate(ownCache(), frame);
}

/** Placements that tests allocate by, all zeros at first. */
const placements = memory.data(96, 8);
if (8 * 12 != 96) ERROR("there are 8 placements");

function placementAt(index: u32): Placement {
  return changetype<Placement>(placements + <usize>(index * 12));
}

/** `nodes` is a node, or for INTERLEAVE a set of them. */
export function setPlacement(index: u32, policy: u32, nodes: u32): void {
  const placement = placementAt(index);
  if (policy == Policy.DEFAULT) placement.byDefault();
  else if (policy == Policy.PREFER) placement.prefer(nodes);
  else if (policy == Policy.STRICT) placement.strict(nodes);
  else placement.interleave(nodes);
}

export function allocatePlaced(index: u32, order: u32, owner: u32): Frame {
  return allocateBlockPlaced(order, placementAt(index), owner);
}

/** A place for one of 8 sets of colours. */
export function colourSetAt(index: u32): usize {
  return memory.data(128, 8) + ((<usize>index) << 4);
}

export function allowColours(set: ColourSet, allowed: u64): void {
  set.allow(allowed);
}
