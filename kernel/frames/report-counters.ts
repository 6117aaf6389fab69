import { CounterScope, CpuCounter, Hand, NodeCounter, OrderCounter, OwnerCounter } from "../trace/counters";
import { RecordKind } from "../trace/records";
import { trace } from "../trace/trace";
import { ownedFrames } from "./counts";
import { cacheOf, CpuCache, MAX_CPUS, shelfEntry, shelfFirst, wordsMoved } from "./cpu-cache";
import { countedFor, cpuCount, mostFor, orderCount } from "./cpu-counts";
import { MAX_ORDER } from "./freeing";
import { NodeCount } from "./node-count";
import { freeFramesOf, freeInAreas, takenFrom, totalFramesOf } from "./node-counts";
import { nodeCount } from "./nodes";
import { FrameOwner, isAllocatable } from "./owners";
import { nodePressure, pressureChanges } from "./pressure";
import { AREA_FRAMES } from "./spans";
import { highMark, lowMark, minimumMark } from "./watermarks";

/** The counters of the frames, as records. Of orders and owners they count what happened while it was counted (`countFrames`). */

let moment: u32 = 0;

/** `at` is a CounterMoment. */
export function reportFrameCounters(at: u32): void {
  moment = at;
  for (let node: u32 = 0; node < nodeCount(); node++) reportNode(node);
  for (let order: u32 = 0; order <= MAX_ORDER; order++) reportOrder(order);
  for (let cpu: u32 = 0; cpu < MAX_CPUS; cpu++) if (cacheOf(cpu).isActive != 0) reportCpu(cpu);
  for (let owner: u32 = 0; owner < FrameOwner.HOLE; owner++) reportOwner(owner);
}

function count(scope: u32, index: u32, counter: u32, value: u64): void {
  trace(RecordKind.COUNTER, scope | (moment << 8) | (index << 16), counter, value);
}

function reportNode(node: u32): void {
  const free = freeFramesOf(node);
  count(CounterScope.NODE, node, NodeCounter.FRAMES, totalFramesOf(node));
  count(CounterScope.NODE, node, NodeCounter.FREE, free);
  count(CounterScope.NODE, node, NodeCounter.IN_HAND, free - freeInAreas(node));
  reportTaken(node);
  count(CounterScope.NODE, node, NodeCounter.MINIMUM, minimumMark(node));
  count(CounterScope.NODE, node, NodeCounter.LOW, lowMark(node));
  count(CounterScope.NODE, node, NodeCounter.HIGH, highMark(node));
  count(CounterScope.NODE, node, NodeCounter.PRESSURE, nodePressure(node));
  count(CounterScope.NODE, node, NodeCounter.PRESSURE_CHANGES, pressureChanges(node));
}

function reportTaken(node: u32): void {
  count(CounterScope.NODE, node, NodeCounter.HIT, takenFrom(node, NodeCount.HIT));
  count(CounterScope.NODE, node, NodeCounter.MISS, takenFrom(node, NodeCount.MISS));
  count(CounterScope.NODE, node, NodeCounter.FOREIGN, takenFrom(node, NodeCount.FOREIGN));
  count(CounterScope.NODE, node, NodeCounter.INTERLEAVED, takenFrom(node, NodeCount.INTERLEAVED));
  count(CounterScope.NODE, node, NodeCounter.LOCAL, takenFrom(node, NodeCount.LOCAL));
  count(CounterScope.NODE, node, NodeCounter.OTHER, takenFrom(node, NodeCount.OTHER));
}

function reportOrder(order: u32): void {
  for (let what = OrderCounter.ALLOCATED; what <= OrderCounter.REFUSED; what++) {
    count(CounterScope.ORDER, order, what, orderCount(order, what));
  }
}

function reportCpu(cpu: u32): void {
  const cache = cacheOf(cpu);
  for (let what = CpuCounter.REFILLS; what < CpuCounter.NODE; what++) {
    count(CounterScope.CPU, cpu, what, countOf(cpu, cache, what));
  }
  count(CounterScope.CPU, cpu, CpuCounter.NODE, cache.node);
  reportHand(cpu, Hand.ZERO, cache.ownFirst, popcnt<u64>(cache.own));
  reportHand(cpu, Hand.UNKNOWN, cache.ownFirst, popcnt<u64>(cache.unknown));
  reportHand(cpu, Hand.FREED, (<u64>cache.freedRow) << 6, popcnt<u64>(cache.freed));
  reportShelf(cpu, cache);
}

function countOf(cpu: u32, cache: CpuCache, what: u32): u64 {
  if (what <= CpuCounter.FLUSHED) return wordsMoved(cache, what);
  return cpuCount(cpu, what) + (what == CpuCounter.FREED_FAR ? cache.spanFreed : 0);
}

function reportShelf(cpu: u32, cache: CpuCache): void {
  for (let i: u32 = 0; i < cache.shelfDepth; i++) {
    reportHand(cpu, Hand.SHELF, shelfFirst(shelfEntry(cache, i)), AREA_FRAMES);
  }
}

function reportHand(cpu: u32, hand: u32, first: u64, frames: u64): void {
  if (frames != 0) trace(RecordKind.FRAMES_IN_HAND, first, frames, cpu | (hand << 16) | (moment << 24));
}

/** Those that have some, or had. What the memory map gave is known; what was allocated has been counted. */
function reportOwner(owner: u32): void {
  const frames = isAllocatable(owner) ? countedFor(owner) : ownedFrames(owner);
  if ((frames | mostFor(owner)) == 0) return;
  count(CounterScope.OWNER, owner, OwnerCounter.FRAMES, frames);
  if (isAllocatable(owner)) count(CounterScope.OWNER, owner, OwnerCounter.MOST, mostFor(owner));
}
