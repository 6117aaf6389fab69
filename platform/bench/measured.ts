import { clock, pause, physAdd64, physLoad64, physStore64 } from "platform";
import { ARRIVED_AT } from "./layout";
import { Supply } from "./supplies";

/** The workloads, for any supply. What is measured is one call; what must be ready before is a call of its own. */

/** Handles that are held, 8 bytes each, above all else. Linear memory must start with 16 MiB. */
const held: usize = (__heap_base + 63) & ~63;
const HELD_CAPACITY: u64 = 1 << 20;
let heldCount: u64 = 0;

export function heldAt(index: u64): u64 {
  return load<u64>(held + ((<usize>index) << 3));
}

export function setHeld(index: u64, handle: u64): void {
  store<u64>(held + ((<usize>index) << 3), handle);
}

export function heldFrames(): u64 {
  return heldCount;
}

export function setHeldFrames(count: u64): void {
  assert(count <= HELD_CAPACITY, "there is no room for so many handles");
  heldCount = count;
}

/** frames.pair, frames.threads */
export function pair<S extends Supply>(pairs: u64): void {
  for (let i: u64 = 0; i < pairs; i++) changetype<S>(0).give(changetype<S>(0).take());
}

/** frames.order9 */
export function pairLarge<S extends Supply>(pairs: u64): void {
  for (let i: u64 = 0; i < pairs; i++) changetype<S>(0).giveLarge(changetype<S>(0).takeLarge());
}

/** frames.bulk, frames.random: first half. */
export function takeMany<S extends Supply>(count: u64): void {
  for (let i: u64 = 0; i < count; i++) setHeld(i, changetype<S>(0).take());
}

/** frames.bulk, frames.random: second half, in the order in which they stand. */
export function giveMany<S extends Supply>(count: u64): void {
  for (let i: u64 = 0; i < count; i++) changetype<S>(0).give(heldAt(i));
}

/** How many CPUs will call `meet`. */
export function expect(): void {
  physStore64(ARRIVED_AT, 0);
}

/** Waits until `cpus` CPUs have come here. */
export function meet(cpus: u64): void {
  physAdd64(ARRIVED_AT, 1);
  while (physLoad64(ARRIVED_AT) < cpus) pause();
}

/** frames.threads: nanoseconds that `pairs` pairs take, while `cpus` CPUs do the same. */
export function timedPair<S extends Supply>(cpus: u64, pairs: u64): u64 {
  pair<S>(pairs / 16);
  meet(cpus);
  const begun = clock();
  pair<S>(pairs);
  return clock() - begun;
}
