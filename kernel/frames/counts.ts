import { cacheOf, cpuCount, MAX_CPUS } from "./cpu-cache";
import { FrameOwner, isAllocatable, isReserved, isUsed, OWNER_COUNT } from "./owners";

/**
 * Frames by owner. What the memory map said is kept here; what CPUs have allocated and freed since, each keeps for itself
 * (`cpu-cache.ts`), and it is added up when somebody asks. While other CPUs allocate, a sum is as of about now.
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

/** Frames of one owner. */
export function ownedFrames(owner: u32): u64 {
  if (owner != FrameOwner.FREE) return load<u64>(slot(owner)) + allocatedBy(owner);
  let free = load<u64>(slot(FrameOwner.FREE));
  for (let other: u32 = 0; other < OWNER_COUNT; other++) if (isAllocatable(other)) free -= allocatedBy(other);
  return free;
}

/** What all CPUs together have allocated for `owner` and not freed. */
function allocatedBy(owner: u32): u64 {
  let sum: i64 = 0;
  for (let cpu: u32 = 0; cpu < MAX_CPUS; cpu++) {
    const cache = cacheOf(cpu);
    if (cache.isActive != 0) sum += cpuCount(cache, owner);
  }
  return sum;
}

export function freeFrames(): u64 {
  return ownedFrames(FrameOwner.FREE);
}

/** Frames set aside from the memory map: kernel, modules, boot agent, firmware, low memory. */
export function reservedFrames(): u64 {
  let sum: u64 = 0;
  for (let owner: u32 = 0; owner < OWNER_COUNT; owner++) if (isReserved(owner)) sum += ownedFrames(owner);
  return sum;
}

/** Frames taken from what was free, the frame table's own included. */
export function usedFrames(): u64 {
  let sum: u64 = 0;
  for (let owner: u32 = 0; owner < OWNER_COUNT; owner++) if (isUsed(owner)) sum += ownedFrames(owner);
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
