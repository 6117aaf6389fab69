import { Frame } from "../../../kernel/frames/frame";
import { allocateObject, freeObject, HeapError, makeKind, startHeap } from "../../../kernel/heap/heap";
import { allocate, release } from "../host";
import { describeRam } from "../../bench/layout";
import { heldAt, setHeld } from "../../bench/measured";

/**
 * What `nitros bench heap` calls: function(cpu, argument). Pages of the heap are shown in linear memory above the bench's own, which must
 * be 32 MiB; the frames are accounted for, and their RAM not used.
 */
const PAGES: usize = 0x100_0000;
const PLACES: u32 = 4096;
const OBJECT_BYTES: u32 = 64;
const benchKind = makeKind("bench", OBJECT_BYTES);

export function showPage(slot: u32, _frame: Frame): usize {
  return PAGES + ((<usize>slot) << 12);
}

export function hidePage(_slot: u32): void {}

export function beginHeap(): void {
  const isStarted = startHeap(PLACES, showPage, hidePage);
  assert(isStarted, "the heap of the bench has no memory");
}

/** `bytes` of declared RAM, and the heap on it. */
export function heapSetUp(cpu: u32, bytes: u64): u64 {
  describeRam(bytes);
  beginHeap();
  return 0;
}

function give(object: usize): void {
  const error = freeObject(benchKind, object);
  assert(error == HeapError.NONE, "an object that was allocated is not taken back");
}

export function heapPair(cpu: u32, pairs: u64): u64 {
  for (let i: u64 = 0; i < pairs; i++) give(allocateObject(benchKind));
  return 0;
}

export function heapTake(cpu: u32, count: u64): u64 {
  for (let i: u64 = 0; i < count; i++) setHeld(i, allocateObject(benchKind));
  return 0;
}

export function heapGive(cpu: u32, count: u64): u64 {
  for (let i: u64 = 0; i < count; i++) give(<usize>heldAt(i));
  return 0;
}

// The process's own, which neither zero nor check.

export function smallPair(cpu: u32, pairs: u64): u64 {
  for (let i: u64 = 0; i < pairs; i++) release(allocate(OBJECT_BYTES));
  return 0;
}

export function smallTake(cpu: u32, count: u64): u64 {
  for (let i: u64 = 0; i < count; i++) setHeld(i, allocate(OBJECT_BYTES));
  return 0;
}

export function smallGive(cpu: u32, count: u64): u64 {
  for (let i: u64 = 0; i < count; i++) release(heldAt(i));
  return 0;
}
