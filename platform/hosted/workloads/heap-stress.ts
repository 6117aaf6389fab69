import { cpuIndex, physExchange64 } from "platform";
import { panic } from "../../../kernel/console/panic";
import {
  allocateObject,
  allSlabs,
  drainHeap,
  freeObject,
  HeapError,
  heapErrorFound,
  heapErrorText,
  makeKind,
  validateHeap,
} from "../../../kernel/heap/heap";
import { becomeCpu } from "../host";
import { beginHeap } from "./heap";
import { ARRIVED_AT } from "../../bench/layout";
import { expect, meet } from "../../bench/measured";
import { declarePieces, describePieces } from "./pieces";
import { random64, randomBelow, seedRandom } from "../../bench/random";

/**
 * CPUs that allocate and free objects and pass them on to one another at random, under sanitizers. What a CPU holds is one word; every
 * word of the object is that word meanwhile:
 *
 *     63      34 33  32 31        0
 *     │ serial │ kind  │ address  │     0: holds nothing
 */
const SLOTS: u32 = 64;
const MAX_CPUS: u32 = 16;
const held = memory.data(8192, 64);
if (16 * 64 * 8 != 8192) ERROR("held has SLOTS slots for each of MAX_CPUS CPUs");
const MAILBOXES: u64 = 8;
const KINDS: u64 = 3;

/** Numbers that follow one another. */
const firstKind = makeKind("stress 16", 16);
makeKind("stress 128", 128);
makeKind("stress 2048", 2048);

function bytesOf(holding: u64): usize {
  const kind = kindOf(holding);
  return kind == 0 ? 16 : kind == 1 ? 128 : 2048;
}

function kindOf(holding: u64): u32 {
  return (<u32>(holding >> 32)) & 3;
}

function mailbox(index: u64): u64 {
  return ARRIVED_AT + 64 + (index << 6);
}

function slotAt(slot: u32): usize {
  return held + <usize>(cpuIndex() * SLOTS + slot) * 8;
}

export function heapStressSetUp(cpu: u32, argument: u64): u64 {
  declarePieces();
  describePieces();
  beginHeap();
  expect();
  return 0;
}

/** `argument`: seed in the lower half, CPUs in bits 39:32, steps above. */
export function heapStress(cpu: u32, argument: u64): u64 {
  assert(cpu < MAX_CPUS, "stress has room for 16 CPUs");
  seedRandom(cpu, argument & 0xffff_ffff);
  meet((argument >> 32) & 0xff);
  for (let steps = argument >> 40; steps > 0; steps--) step(cpu);
  for (let slot: u32 = 0; slot < SLOTS; slot++) dispose(take(slot));
  drainHeap();
  return 0;
}

function step(cpu: u32): void {
  const slot = <u32>randomBelow(cpu, SLOTS);
  const chance = randomBelow(cpu, 64);
  if (chance == 0) drainHeap();
  else if (load<u64>(slotAt(slot)) == 0) store<u64>(slotAt(slot), acquire(cpu));
  else if (chance < 40) dispose(take(slot));
  else store<u64>(slotAt(slot), physExchange64(mailbox(randomBelow(cpu, MAILBOXES)), take(slot)));
}

function take(slot: u32): u64 {
  const holding = load<u64>(slotAt(slot));
  store<u64>(slotAt(slot), 0);
  return holding;
}

function acquire(cpu: u32): u64 {
  const kind = <u32>randomBelow(cpu, KINDS);
  const object = allocateObject(firstKind + kind);
  if (object == 0) return 0;
  const holding = ((random64(cpu) | 1) << 34) | ((<u64>kind) << 32) | object;
  expectAll(holding, 0);
  for (let at: usize = 0; at < bytesOf(holding); at += 8) store<u64>(object + at, holding);
  return holding;
}

/** Every word of the object that is held is `word`. */
function expectAll(holding: u64, word: u64): void {
  for (let at: usize = 0; at < bytesOf(holding); at += 8) {
    assert(load<u64>(<usize>(<u32>holding) + at) == word, "an object is not what it should be");
  }
}

function dispose(holding: u64): void {
  if (holding == 0) return;
  expectAll(holding, holding);
  const error = freeObject(firstKind + kindOf(holding), <usize>(<u32>holding));
  assert(error == HeapError.NONE, "an object that is held is not taken back");
}

/** After all: nothing is wrong, and when all CPUs have drained, no slab is left. */
export function heapStressEnd(cpu: u32, argument: u64): u64 {
  for (let index: u64 = 0; index < MAILBOXES; index++) dispose(physExchange64(mailbox(index), 0));
  expectValid();
  for (let other: u32 = 0; other < MAX_CPUS; other++) {
    becomeCpu(other);
    drainHeap();
  }
  becomeCpu(cpu);
  expectValid();
  return allSlabs();
}

function expectValid(): void {
  const error = validateHeap();
  if (error != HeapError.NONE) panic(heapErrorText(error), heapErrorFound());
}
