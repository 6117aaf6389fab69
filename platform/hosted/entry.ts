/**
 * The kernel's frames and heap as a Linux process: workloads, each function(cpu, argument), that `metal/hosted/` calls by name. Compiled with
 * `--path platform/hosted`.
 */
// Before what imports it: its top level compiles a function with assertions, and with them where they report.
import "../../kernel/trace/trace";
// Where assertions report (tools/build/kernel-flags.ts).
import "../../kernel/console/panic";
import { ramDeclare } from "./host";
import { BENCH_BASE, BENCH_BYTES, RAM_BASE } from "../bench/layout";
import { Malloc } from "./workloads/malloc";
import { giveMany, pair, pairLarge, takeMany, timedPair } from "../bench/measured";

export * from "../bench/bench";
export * from "./workloads/copies";
export { fuzz, fuzzRoom } from "./workloads/fuzz";
export { heapGive, heapPair, heapSetUp, heapTake, smallGive, smallPair, smallTake } from "./workloads/heap";
export { heapStress, heapStressEnd, heapStressSetUp } from "./workloads/heap-stress";
export { impostor } from "./workloads/impostor";
export { stress, stressEnd, stressSetUp } from "./workloads/stress";

/** RAM for the bench: `bytes` of the kernel's, and the bench's own. */
export function declare(cpu: u32, bytes: u64): u64 {
  const isDeclared = ramDeclare(RAM_BASE, bytes) != 0 && ramDeclare(BENCH_BASE, BENCH_BYTES) != 0;
  assert(isDeclared, "Linux has no such memory");
  return 0;
}

export function mallocPair(cpu: u32, pairs: u64): u64 {
  pair<Malloc>(pairs);
  return 0;
}

export function mallocPairLarge(cpu: u32, pairs: u64): u64 {
  pairLarge<Malloc>(pairs);
  return 0;
}

export function mallocTake(cpu: u32, count: u64): u64 {
  takeMany<Malloc>(count);
  return 0;
}

export function mallocGive(cpu: u32, count: u64): u64 {
  giveMany<Malloc>(count);
  return 0;
}

export function mallocPairTimed(cpu: u32, argument: u64): u64 {
  return timedPair<Malloc>(argument & 0xff, argument >> 8);
}
