import { CpuCounter } from "../trace/counters";
import { areaNode } from "./areas";
import { cacheOf, CpuCache, cpuOf, freedWord, MAX_CPUS } from "./cpu-cache";
import { countForCpu } from "./cpu-counts";
import { MAX_NODES } from "./nodes";
import { NodeCount } from "./node-count";
import { addNodeCount, nodeCountOf } from "./node-words";
import { AREA_FRAMES, AREA_SHIFT, AREA_WORDS } from "./spans";

/** Sums over CPUs and nodes: RAM, what is free, and telling the words of `node-words.ts` what a CPU did. */
const ram = memory.data(128, 8);
if (16 * 8 != 128) ERROR("ram holds MAX_NODES numbers");

export function forgetNodeRam(): void {
  for (let node: u32 = 0; node < MAX_NODES; node++) store<u64>(ram + ((<usize>node) << 3), 0);
}

export function countNodeRam(node: u32, frames: u64): void {
  const at = ram + ((<usize>node) << 3);
  store<u64>(at, load<u64>(at) + frames);
}

/** Frames of RAM, whoever has them: by areas, each of which is wholly of one node. */
export function totalFramesOf(node: u32): u64 {
  return load<u64>(ram + ((<usize>node) << 3));
}

/** `frames` have left an area of `node` for a CPU that wanted them from `wanted`. */
export function countTaken(cache: CpuCache, node: u32, wanted: u32, frames: u32): void {
  if (node == wanted && node == cache.node) {
    cache.homeTaken += frames;
    return;
  }
  addNodeCount(node, node == wanted ? NodeCount.HIT : NodeCount.MISS, frames);
  if (node != wanted) addNodeCount(wanted, NodeCount.FOREIGN, frames);
  addNodeCount(node, node == cache.node ? NodeCount.LOCAL : NodeCount.OTHER, frames);
}

/** One of `NodeCount` but FREE, with what CPUs took at home, each of which counts that for itself. */
export function takenFrom(node: u32, what: u32): u64 {
  let sum = nodeCountOf(node, what);
  if (what != NodeCount.HIT && what != NodeCount.LOCAL) return sum;
  for (let cpu: u32 = 0; cpu < MAX_CPUS; cpu++) if (cacheOf(cpu).node == node) sum += cacheOf(cpu).homeTaken;
  return sum;
}

/** Adds what a CPU has freed one by one to what is free in the nodes. */
export function tellFreed(cache: CpuCache): void {
  const frames = cache.spanFreed;
  if (frames == 0) return;
  addNodeCount(spanNode(cache), NodeCount.FREE, frames);
  countForCpu(cpuOf(cache), CpuCounter.FREED_FAR, frames);
  cache.spanFreed = 0;
}

/** Of the span that a CPU remembers. */
function spanNode(cache: CpuCache): u32 {
  return areaNode(cache.spanOrdinal >> AREA_SHIFT);
}

/** Frames of `node` that a CPU has freed one by one, and of which the node has not been told. */
function untold(cache: CpuCache, node: u32): u32 {
  return cache.spanFreed != 0 && spanNode(cache) == node ? cache.spanFreed : 0;
}

/** Free frames that are in no CPU's hands. As of about now. */
export function freeInAreas(node: u32): u64 {
  let free = nodeCountOf(node, NodeCount.FREE);
  for (let cpu: u32 = 0; cpu < MAX_CPUS; cpu++) free += untold(cacheOf(cpu), node);
  return free;
}

/** Free frames, those in the hands of CPUs included. As of about now. */
export function freeFramesOf(node: u32): u64 {
  let free = freeInAreas(node);
  for (let cpu: u32 = 0; cpu < MAX_CPUS; cpu++) if (cacheOf(cpu).isActive != 0) free += inHands(cacheOf(cpu), node);
  return free;
}

/** Frames of `node` in the words and on the shelf of a CPU. */
function inHands(cache: CpuCache, node: u32): u64 {
  let frames: u64 = cache.node == node ? <u64>cache.shelfDepth * AREA_FRAMES : 0;
  const own = cache.own | cache.unknown;
  if (own != 0 && areaNode(cache.ownWord / AREA_WORDS) == node) frames += popcnt<u64>(own);
  if (cache.freed != 0 && areaNode(freedWord(cache) / AREA_WORDS) == node) frames += popcnt<u64>(cache.freed);
  return frames;
}
