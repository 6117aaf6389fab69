import { MAX_CPUS } from "./cpu-cache";
import { FrameOwner, isAllocatable } from "./owners";

/**
 * What each CPU has done, counted by itself alone and never on a quick way. Of each CPU a kilobyte:
 *
 *     byte     0  8 × u64        CpuCounter (kernel/trace/counters.ts), but for REFILLS to FLUSHED (`cpu-cache.ts`): always counted
 *             64  46 × i64       frames allocated for owners 17 to 62, less those freed  ┐ while COUNTED (`watched.ts`):
 *            432  3 × 19 × u64   OrderCounter by order                                   ┘ whatever takes a quick way, does not now
 *
 * A frame may be freed by another CPU than the one that allocated it: only the sum over CPUs is one of frames.
 */
const OWNERS_AT: usize = 64;
const ORDERS_AT: usize = 432;
const ORDERS: u32 = 19;
if (64 + 46 * 8 != 432 || 432 + 3 * 19 * 8 > 1024) ERROR("the counts of a CPU fit");

const CPU_SHIFT: usize = 10;
const counts = memory.data(65536, 64);
if (64 << 10 != 65536) ERROR("counts is of MAX_CPUS CPUs");

/** The most that were allocated for each owner at once. With several CPUs as of about now. */
const most = memory.data(368, 8);
if (46 * 8 != 368) ERROR("most is of as many owners");

export function forgetCpuCounts(): void {
  for (let at: usize = 0; at < 65536; at += 8) store<u64>(counts + at, 0);
  for (let at: usize = 0; at < 368; at += 8) store<u64>(most + at, 0);
}

function countsOf(cpu: u32): usize {
  return counts + ((<usize>cpu) << CPU_SHIFT);
}

function add(at: usize, amount: u64): void {
  store<u64>(at, load<u64>(at) + amount);
}

/** `what` is a CpuCounter. */
export function countForCpu(cpu: u32, what: u32, amount: u32): void {
  add(countsOf(cpu) + ((<usize>what) << 3), amount);
}

export function cpuCount(cpu: u32, what: u32): u64 {
  return load<u64>(countsOf(cpu) + ((<usize>what) << 3));
}

function ofOrder(cpu: u32, order: u32, what: u32): usize {
  return countsOf(cpu) + ORDERS_AT + ((<usize>(what * ORDERS + order)) << 3);
}

/** `what` is an OrderCounter. */
export function countForOrder(cpu: u32, order: u32, what: u32): void {
  add(ofOrder(cpu, order, what), 1);
}

export function orderCount(order: u32, what: u32): u64 {
  let sum: u64 = 0;
  for (let cpu: u32 = 0; cpu < MAX_CPUS; cpu++) sum += load<u64>(ofOrder(cpu, order, what));
  return sum;
}

function ownerIndex(owner: u32): usize {
  return (<usize>(owner - FrameOwner.PAGE_TABLE)) << 3;
}
if (<u32>17 + 46 != 63) ERROR("OWNERS are those that frames are allocated for");

/** `frames` have been allocated for `owner`; fewer than 0: freed. */
export function countForOwner(cpu: u32, owner: u32, frames: i64): void {
  add(countsOf(cpu) + OWNERS_AT + ownerIndex(owner), <u64>frames);
  const peak = most + ownerIndex(owner);
  store<u64>(peak, max<u64>(load<u64>(peak), countedFor(owner)));
}

/** Frames allocated for an owner, as counted. */
export function countedFor(owner: u32): u64 {
  let sum: u64 = 0;
  for (let cpu: u32 = 0; cpu < MAX_CPUS; cpu++) sum += load<u64>(countsOf(cpu) + OWNERS_AT + ownerIndex(owner));
  return sum;
}

/** The most frames that were allocated for `owner` at once; 0 for those that none are allocated for. */
export function mostFor(owner: u32): u64 {
  return isAllocatable(owner) ? load<u64>(most + ownerIndex(owner)) : 0;
}
