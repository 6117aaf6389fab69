import { allocatedFor } from "./census";
import { cacheOf, MAX_CPUS } from "./cpu-cache";
import { freeFramesOf } from "./node-counts";
import { nodeCount } from "./nodes";
import { FrameOwner, isAllocatable, isReserved, isUsed, OWNER_COUNT } from "./owners";

/**
 * Frames by owner. What the memory map said is kept here. How many of its free frames are free now the nodes know, and who has the
 * others is counted when somebody asks (`census.ts`): allocating and freeing count no owners. While other CPUs allocate, a sum is as
 * of about now.
 */
const counts = memory.data(512, 8);
if (64 * 8 != 512) ERROR("counts holds OWNER_COUNT numbers");

export function forgetCounts(): void {
  for (let owner: u32 = 0; owner < OWNER_COUNT; owner++) store<u64>(slot(owner), 0);
}

function slot(owner: u32): usize {
  return counts + ((<usize>owner) << 3);
}

export function countNew(owner: u32, frames: u64): void {
  store<u64>(slot(owner), load<u64>(slot(owner)) + frames);
}

/** At bring-up: frames change from one owner to another without being allocated. */
export function countMove(from: u32, to: u32, frames: u64): void {
  store<u64>(slot(from), load<u64>(slot(from)) - frames);
  countNew(to, frames);
}

/** Frames of one owner. One that frames are allocated for takes time in proportion to the memory in use. */
export function ownedFrames(owner: u32): u64 {
  if (owner == FrameOwner.FREE) return freeFrames();
  return load<u64>(slot(owner)) + (isAllocatable(owner) ? allocatedFor(owner) : 0);
}

export function freeFrames(): u64 {
  let sum: u64 = 0;
  for (let node: u32 = 0; node < nodeCount(); node++) sum += freeFramesOf(node);
  return sum;
}

/** Frames that are the allocator's, free or not, as far as the memory map has been told: also before there is a frame table. */
export function describedFree(): u64 {
  return load<u64>(slot(FrameOwner.FREE));
}

function allocatedFrames(): u64 {
  return describedFree() - freeFrames();
}

/** Frames set aside from the memory map: kernel, modules, boot agent, firmware, low memory. */
export function reservedFrames(): u64 {
  let sum: u64 = 0;
  for (let owner: u32 = 0; owner < OWNER_COUNT; owner++) if (isReserved(owner)) sum += load<u64>(slot(owner));
  return sum;
}

/** Frames taken from what was free, the frame table's own included. */
export function usedFrames(): u64 {
  let sum = allocatedFrames();
  for (let owner: u32 = 0; owner < OWNER_COUNT; owner++) if (isUsed(owner)) sum += load<u64>(slot(owner));
  return sum;
}

/** Frames that the memory map held as RAM. */
export function totalFrames(): u64 {
  let sum: u64 = 0;
  for (let owner: u32 = 0; owner < OWNER_COUNT; owner++) sum += load<u64>(slot(owner));
  return sum;
}

/** Frames shared so often that they are never freed. */
export function stuckFrames(): u64 {
  let sum: u64 = 0;
  for (let cpu: u32 = 0; cpu < MAX_CPUS; cpu++) sum += cacheOf(cpu).stuck;
  return sum;
}
