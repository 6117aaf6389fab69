import { CpuCache } from "./cpu-cache";

/**
 * Who gives memory back when it is short: caches, and whoever can move or drop what he holds. A reclaimer is called on a CPU that wants to
 * allocate, between its calls into the allocator: it may free and even allocate, but what it calls must not need anything that a caller of
 * the allocator may be in the middle of; one that cannot now returns 0. It is not called again before it has returned on this CPU:
 * what is allocated by reclaimers fails when there is none.
 */

/** Frees about `wanted` frames, of `node` if it can; returns how many it did. */
export type Reclaimer = (node: u32, wanted: u32) => u32;

/** Entries of 8 bytes: a function, its priority. */
const reclaimers = memory.data(64, 4);
const CAPACITY: u32 = 8;
if (8 * 8 != 64) ERROR("reclaimers holds CAPACITY entries");

let count: u32 = 0;

export function forgetReclaimers(): void {
  count = 0;
}

/** The lower `priority` is asked first: what is cheap to make again before what is dear. Bring-up registers, before there are other CPUs. */
export function registerReclaimer(reclaimer: Reclaimer, priority: u32): void {
  assert(count < CAPACITY, "there are more reclaimers than there is room for");
  let at = count++;
  for (; at > 0 && load<u32>(slot(at - 1), 4) > priority; at--) store<u64>(slot(at), load<u64>(slot(at - 1)));
  store<usize>(slot(at), changetype<usize>(reclaimer));
  store<u32>(slot(at), priority, 4);
}

function slot(index: u32): usize {
  return reclaimers + ((<usize>index) << 3);
}

/** Asks one after the other until they have freed `wanted` frames; returns how many they did. */
export function runReclaimers(cache: CpuCache, node: u32, wanted: u32): u32 {
  if (cache.isReclaiming != 0) return 0;
  cache.isReclaiming = 1;
  let freed: u32 = 0;
  for (let i: u32 = 0; i < count && freed < wanted; i++) {
    const reclaimer = changetype<Reclaimer>(load<usize>(slot(i)));
    freed += min<u32>(reclaimer(node, wanted - freed), wanted - freed);
  }
  cache.isReclaiming = 0;
  return freed;
}
