/** The kernel's bootinfo, memory map and frames, alone, and the physical memory that they work on: what their tests call. */
export * from "../../kernel/bootinfo/bootinfo";
export * from "../../kernel/memory-map/memory-map";
export { framesInitialise } from "../../kernel/boot/frames";
export * from "../../kernel/frames/bring-up";
export * from "../../kernel/frames/allocator";
export * from "../../kernel/frames/nodes";
export { releaseFrames, releaseRow, shareFrames } from "../../kernel/frames/runs";
export { countNew } from "../../kernel/frames/counts";
export { lockAddress, entryAddress, stateAddress, wordAddress } from "../../kernel/frames/table";
export { treeAdd, treeRemove } from "../../kernel/frames/trees";
export { drainTrace, traceEverything } from "../../kernel/trace/trace";
export { physLoad32, physLoad64, physLoad8, physStore32, physStore64, physStore8 } from "platform";
export { reportFrames } from "../../kernel/frames/report";
export { countFrames, watchIfTraced } from "../../kernel/frames/watched";
export { reportFrameCounters } from "../../kernel/frames/report-counters";
export { freeFramesOf, takenFrom, totalFramesOf } from "../../kernel/frames/node-counts";
export { addNodeCount, nodeCountOf } from "../../kernel/frames/node-words";
import { Frame } from "../../kernel/frames/frame";
import { allocateBlockPlaced } from "../../kernel/frames/placed";
import { Placement } from "../../kernel/frames/placement";
import { Policy } from "../../kernel/frames/policy";
export { zeroInIdleTime } from "../../kernel/frames/idle";
export { allocateFrameColoured, setColours } from "../../kernel/frames/colours";
import { ColourSet } from "../../kernel/frames/colours";
export { highMark, lowMark, minimumMark } from "../../kernel/frames/watermarks";
export { nodePressure } from "../../kernel/frames/pressure";
import { allocateFrame, freeFrame } from "../../kernel/frames/allocator";
import { FrameOwner } from "../../kernel/frames/owners";
import { registerReclaimer } from "../../kernel/frames/reclaimers";
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

/** Frames that reclaimers may free; and of their calls, each 16 bytes: which one it was, node, wanted, freed. */
const stock = memory.data(16384, 4);
const calls = memory.data(16384, 4);
const ROOM: u32 = 1024;
let stocked: u32 = 0;
let callCount: u32 = 0;

export function addStock(frame: Frame): void {
  assert(stocked < 4 * ROOM);
  store<u32>(stock + <usize>stocked * 4, frame.number);
  stocked += 1;
}

/** Word `word` of call `index`; how many calls there were when `index` is beyond the last. */
export function reclaimerCall(index: u32, word: u32): u32 {
  return index < callCount ? load<u32>(calls + <usize>(index * 4 + word) * 4) : callCount;
}

function noteCall(which: u32, node: u32, wanted: u32, freed: u32): u32 {
  assert(callCount < ROOM);
  const at = calls + <usize>callCount * 16;
  store<u32>(at, which);
  store<u32>(at, node, 4);
  store<u32>(at, wanted, 8);
  store<u32>(at, freed, 12);
  callCount += 1;
  return freed;
}

function giver(node: u32, wanted: u32): u32 {
  let freed: u32 = 0;
  for (; freed < wanted && stocked > 0; freed++) {
    stocked -= 1;
    assert(freeFrame(Frame.of(load<u32>(stock + <usize>stocked * 4))) == 0);
  }
  return noteCall(1, node, wanted, freed);
}

function miser(node: u32, wanted: u32): u32 {
  return noteCall(2, node, wanted, 0);
}

/** Needs a frame itself, and says in `freed` whether it got one; returns that it freed nothing. */
function borrower(node: u32, wanted: u32): u32 {
  const frame = allocateFrame(FrameOwner.KERNEL_DATA);
  noteCall(3, node, wanted, frame.isNone ? 0 : 1);
  if (!frame.isNone) freeFrame(frame);
  return 0;
}

/** 1 frees what is stocked, 2 frees nothing, 3 allocates. */
export function registerTestReclaimer(which: u32, priority: u32): void {
  if (which == 1) registerReclaimer(giver, priority);
  else if (which == 2) registerReclaimer(miser, priority);
  else registerReclaimer(borrower, priority);
}
